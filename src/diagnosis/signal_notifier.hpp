// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>

#include <cstdint>

#include "kernel/deadline.hpp"
#include "kernel/signal_guard.hpp"

namespace forklift {

/// A signal passed from its handler to a waiting thread.
///
/// The handler only counts and wakes; its data is static, so one that runs
/// late, or in a vforked child on our memory, does no harm.
/// Threads: any.
class SignalNotifier {
 public:
  /// Errors: throws `std::system_error`: EINVAL for a signal that cannot be
  /// handled, EBUSY where a handler is installed.
  explicit SignalNotifier(int signal);
  /// Restores the previous action, unless other code has changed it since.
  ~SignalNotifier();
  SignalNotifier(const SignalNotifier&) = delete;
  SignalNotifier& operator=(const SignalNotifier&) = delete;

  /// Whether the signal arrived since the last call.
  bool was_notified() noexcept;

 private:
  const int signal_;
  std::uint32_t seen_;
  struct sigaction before_ {};
};

/// The number of notifications by all notifiers, or by `notify_all`.
std::uint32_t notifications() noexcept;
void notify_all() noexcept;
/// Waits until `notifications` differs from `seen`, or the deadline.
void await_notification(std::uint32_t seen, kernel::Deadline deadline) noexcept;

}  // namespace forklift
