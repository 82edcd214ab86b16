// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <thread>
#include <utility>

#include "kernel/signal_guard.hpp"

namespace forklift::kernel {

/// Starts a thread that takes no signal of the program's, and answers libc's.
///
/// Every thread of the library is started here: one that blocked libc's signals
/// would make setuid(2) in the program wait for ever.
/// Errors: std::system_error if there can be no thread.
template <class... Work>
std::thread start_quiet_thread(Work&&... work) {
  const SignalGuard guard(programs_signals());  // the thread starts with this mask, and keeps it
  return std::thread(std::forward<Work>(work)...);
}

}  // namespace forklift::kernel
