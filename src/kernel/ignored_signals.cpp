// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/ignored_signals.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>

#include "kernel/fork_mark.hpp"
#include "kernel/raw.hpp"

namespace forklift::kernel {
namespace {

// The kernel's struct sigaction on both architectures.
struct Disposition {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  SignalSet mask;
};

SignalSet ask_one_by_one(int first, int last) noexcept {
  SignalSet ignored = 0;
  for (int signal = first; signal <= last; ++signal) {
    Disposition now{};
    const long got = raw::call(SYS_rt_sigaction, signal, nullptr, &now, sizeof now.mask);
    if (got == 0 && now.handler == SIG_IGN) ignored |= signal_bit(signal);
  }
  return ignored;
}

// The open `stat` file of this process's first thread, which exists as long as
// the process. (/proc/self/stat would add up the times of all threads.)
struct StatFile {
  std::atomic<int> descriptor{-1};
  std::atomic<std::uint64_t> mark{0};
};
StatFile stat_file;

int open_stat() noexcept {
  char path[48];
  std::snprintf(path, sizeof path, "/proc/self/task/%d/stat", ::getpid());
  return ::open(path, O_RDONLY | O_CLOEXEC);
}

// proc(5): "pid (comm) state ppid ..."; sigignore is the field numbered 33.
std::optional<SignalSet> parse_stat(std::string_view text) noexcept {
  constexpr int fields_after_name = 33 - 2;
  auto at = text.rfind(") ");
  if (at == std::string_view::npos) return std::nullopt;
  at += 1;
  for (int field = 1; field < fields_after_name; ++field) {
    at = text.find(' ', at + 1);
    if (at == std::string_view::npos) return std::nullopt;
  }
  SignalSet ignored = 0;
  const auto parsed = std::from_chars(text.data() + at + 1, text.data() + text.size(), ignored);
  if (parsed.ec != std::errc{}) return std::nullopt;
  return ignored;
}

std::optional<SignalSet> read_stat(int descriptor) noexcept {
  char text[1024];
  const long size = raw::call(SYS_pread64, descriptor, text, sizeof text, 0);
  if (size <= 0) return std::nullopt;
  return parse_stat({text, static_cast<std::size_t>(size)});
}

// A program may close descriptors that it does not know, and open others under
// their numbers: a file that does not read like `stat` is not ours any more.
std::optional<SignalSet> read_kept_file() noexcept {
  const int known = stat_file.descriptor.load(std::memory_order_acquire);
  if (known < 0 || stat_file.mark.load(std::memory_order_relaxed) != fork_mark()) {
    return std::nullopt;
  }
  return read_stat(known);
}

std::optional<SignalSet> read_new_file() noexcept {
  const int fresh = open_stat();
  if (fresh < 0) return std::nullopt;
  const auto ignored = read_stat(fresh);
  int known = stat_file.descriptor.load(std::memory_order_acquire);
  const bool installed =
      ignored && stat_file.descriptor.compare_exchange_strong(known, fresh,
                                                              std::memory_order_acq_rel);
  if (installed) {
    stat_file.mark.store(fork_mark(), std::memory_order_relaxed);
  } else {
    ::close(fresh);
  }
  return ignored;
}

}  // namespace

SignalSet ignored_standard_signals() noexcept {
  if (const auto ignored = read_kept_file()) return *ignored;
  if (const auto ignored = read_new_file()) return *ignored;
  return ask_one_by_one(1, last_standard_signal);
}

SignalSet ignored_realtime_signals() noexcept {
  return ask_one_by_one(last_standard_signal + 1, last_signal);
}

}  // namespace forklift::kernel
