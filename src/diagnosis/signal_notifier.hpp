// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>

#include <cstdint>

#include "kernel/deadline.hpp"
#include "kernel/signal_guard.hpp"

namespace forklift {

/// A signal that is handed from its handler to a thread that waits for it.
///
/// The handler counts and wakes, nothing else; what it touches is static, so one
/// that runs late, or in a vforked child on our memory, does no harm.
/// Threads: any.
class SignalNotifier {
 public:
  /// Errors: throws `std::system_error`: EINVAL for a signal that cannot be
  /// handled, EBUSY where a handler is installed.
  explicit SignalNotifier(int signal);
  /// What was done with the signal before is done again, unless somebody else
  /// has changed it since.
  ~SignalNotifier();
  SignalNotifier(const SignalNotifier&) = delete;
  SignalNotifier& operator=(const SignalNotifier&) = delete;

  /// Whether it has rung since the last look.
  bool was_notified() noexcept;

 private:
  const int signal_;
  std::uint32_t seen_;
  struct sigaction before_ {};
};

/// The number of times that any bell has rung, or `ring` was called.
std::uint32_t notifications() noexcept;
void ring() noexcept;
/// Waits until there are other `notifications` than `seen`, or the deadline.
void await_notification(std::uint32_t seen, kernel::Deadline deadline) noexcept;

}  // namespace forklift
