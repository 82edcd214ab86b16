// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <thread>
#include <utility>

#include "kernel/signal_guard.hpp"

namespace forklift::kernel {

/// Starts a thread that handles libc's signals, but none of the program's.
///
/// Starts every thread of the library: a thread that blocked libc's signals
/// would make setuid(2) in the program hang.
/// Errors: std::system_error if no thread can be created.
template <class... Work>
std::thread start_quiet_thread(Work&&... work) {
  const SignalGuard guard(programs_signals());  // the thread starts with this mask, and keeps it
  return std::thread(std::forward<Work>(work)...);
}

}  // namespace forklift::kernel
