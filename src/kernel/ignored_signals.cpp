// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/ignored_signals.hpp"

#include <signal.h>

#include <atomic>
#include <cstdint>

#include "kernel/disposition.hpp"
#include "kernel/raw.hpp"

namespace forklift::kernel {
namespace {

SignalSet ask_one_by_one(int first, int last) noexcept {
  SignalSet ignored = 0;
  for (int signal = first; signal <= last; ++signal) {
    Disposition now{};
    const long got = raw::call(SYS_rt_sigaction, signal, nullptr, &now, sizeof now.mask);
    if (got == 0 && now.handler == SIG_IGN) ignored |= signal_bit(signal);
  }
  return ignored;
}

// Bit 63 says that there is an answer, bits 32 to 62 are the signals 1 to 31,
// and the rest is the low part of the time in microseconds: one word, so that
// no thread reads half of another's answer.
std::atomic<std::uint64_t> answer{0};

std::uint32_t microseconds_now() noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

constexpr auto longest_age = static_cast<std::uint32_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(ignored_signals_age).count());

}  // namespace

SignalSet ignored_standard_signals() noexcept {
  constexpr std::uint64_t known = std::uint64_t{1} << 63;
  const std::uint32_t now = microseconds_now();
  const std::uint64_t last = answer.load(std::memory_order_relaxed);
  // The time wraps after 71 minutes: a process that launches again exactly then
  // takes an old answer for a new one, once.
  if ((last & known) && now - static_cast<std::uint32_t>(last) < longest_age) {
    return (last & ~known) >> 32;
  }
  const SignalSet ignored = ask_one_by_one(1, last_standard_signal);
  answer.store(known | (ignored << 32) | now, std::memory_order_relaxed);
  return ignored;
}

SignalSet ignored_realtime_signals() noexcept {
  return ask_one_by_one(last_standard_signal + 1, last_signal);
}

}  // namespace forklift::kernel
