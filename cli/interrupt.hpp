// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>

#include <span>

/// Records SIGINT, SIGTERM or SIGHUP instead of ending the process: results so
/// far are still reported. The second one kills.
///
/// An ignored signal stays ignored. Requires: one at a time.
class Interrupt {
 public:
  /// What waits in a system call meanwhile gets EINTR, and looks up at once.
  Interrupt();
  /// SIGINT alone. What waits goes on waiting (SA_RESTART); the handler calls `wake`.
  /// Requires: `wake` is async-signal-safe, and harmless when called twice: the
  /// handler may run in a vforked child, on our memory.
  explicit Interrupt(void (*wake)());
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;

  bool asked() const noexcept;

 private:
  void handle_all(int flags);

  std::span<const int> signals_;
  struct sigaction before_[3]{};
};
