// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/signal_guard.hpp"

#include <signal.h>

#include "kernel/raw.hpp"

namespace forklift::kernel {

SignalSet blocked_signals() noexcept {
  SignalSet blocked = 0;
  raw::call(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, &blocked, sizeof blocked);
  return blocked;
}

SignalGuard::SignalGuard() noexcept {
  const SignalSet all = ~SignalSet{0};
  raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before_, sizeof all);
}

SignalGuard::~SignalGuard() {
  raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &before_, nullptr, sizeof before_);
}

}  // namespace forklift::kernel
