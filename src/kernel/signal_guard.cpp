// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/signal_guard.hpp"

#include <signal.h>

#include "kernel/raw.hpp"

namespace forklift::kernel {

SignalSet programs_signals() noexcept {
  constexpr int first_of_libc = 32;
  SignalSet signals = all_signals;
  for (int signal = first_of_libc; signal < SIGRTMIN; ++signal) signals &= ~signal_bit(signal);
  return signals;
}

SignalSet blocked_signals() noexcept {
  SignalSet blocked = 0;
  raw::call(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, &blocked, sizeof blocked);
  return blocked;
}

SignalGuard::SignalGuard(SignalSet blocked) noexcept {
  raw::call(SYS_rt_sigprocmask, SIG_BLOCK, &blocked, &before_, sizeof blocked);
}

SignalGuard::~SignalGuard() {
  raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &before_, nullptr, sizeof before_);
}

}  // namespace forklift::kernel
