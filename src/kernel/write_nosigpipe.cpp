// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/write_nosigpipe.hpp"

#include <errno.h>
#include <signal.h>
#include <sys/uio.h>
#include <time.h>

#include <atomic>

#include "kernel/numbers.hpp"
#include "kernel/raw.hpp"
#include "kernel/signal_guard.hpp"

namespace forklift::kernel {
namespace {

std::atomic<bool> has_flag{true};

long write_by_flag(int descriptor, const void* bytes, std::size_t size) noexcept {
  iovec piece{const_cast<void*>(bytes), size};
  constexpr long where_it_stands = -1;
  return raw::call(SYS_pwritev2, descriptor, &piece, 1, where_it_stands, where_it_stands,
                   rwf_nosignal);
}

SignalSet pending_signals() noexcept {
  SignalSet pending = 0;
  raw::call(SYS_rt_sigpending, &pending, sizeof pending);
  return pending;
}

int raised_by(long result) noexcept {
  if (result == -EPIPE) return SIGPIPE;
  return result == -EFBIG ? SIGXFSZ : 0;
}

void take_back(SignalSet signal) noexcept {
  const timespec at_once{};
  while (raw::call(SYS_rt_sigtimedwait, &signal, nullptr, &at_once, sizeof signal) == -EINTR) {
  }
}

// A write sends the signal to the writing thread, where a blocked one stays
// pending even if the process ignores it.
long write_by_mask(int descriptor, const void* bytes, std::size_t size) noexcept {
  const SignalSet both = signal_bit(SIGPIPE) | signal_bit(SIGXFSZ);
  SignalSet before = 0;
  raw::call(SYS_rt_sigprocmask, SIG_BLOCK, &both, &before, sizeof both);
  const SignalSet pending = pending_signals();
  const long written = raw::call(SYS_write, descriptor, bytes, size);
  if (const int signal = raised_by(written); signal && !(pending & signal_bit(signal))) {
    take_back(signal_bit(signal));
  }
  raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &before, nullptr, sizeof before);
  return written;
}

}  // namespace

long write_quietly(int descriptor, const void* bytes, std::size_t size) noexcept {
  if (has_flag.load(std::memory_order_relaxed)) {
    const long written = write_by_flag(descriptor, bytes, size);
    const bool refused = written == -EOPNOTSUPP || written == -ENOSYS || written == -EPERM;
    if (!refused) return written;
    has_flag.store(false, std::memory_order_relaxed);
  }
  return write_by_mask(descriptor, bytes, size);
}

long write_file_quietly(int descriptor, const void* bytes, std::size_t size) noexcept {
  return write_by_mask(descriptor, bytes, size);
}

}  // namespace forklift::kernel
