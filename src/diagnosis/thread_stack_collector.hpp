// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace forklift::kernel {

/// Where one thread was at the moment it was asked.
struct ThreadSnapshot {
  pid_t thread = 0;
  std::vector<void*> stack{};  ///< innermost first; empty: it did not answer
  std::string view{};          ///< where the kernel says it is, if it did not answer
  std::chrono::steady_clock::time_point at{};
};

/// Asks threads of this process for their stacks, which only they can take.
///
/// A real-time signal goes to each, and its handler writes the stack into a seat.
/// Who does not answer in time, since the kernel suspends it (vfork), copies page
/// tables for it (fork), or since it blocks all signals while it launches, is
/// looked up in /proc; nobody is left out.
class ThreadStackCollector {
 public:
  /// By `signal`; 0: nobody is asked, all are looked up.
  ///
  /// The handler stays for good: a question may still be on its way.
  /// Errors: throws `std::system_error`, EINVAL for a signal that is not a
  /// real-time one, EBUSY where another handler is installed.
  explicit ThreadStackCollector(int signal);

  /// In the order of `threads`. Threads: any.
  /// Cost: up to 200 ms when somebody does not answer.
  std::vector<ThreadSnapshot> call(std::span<const pid_t> threads) const;

 private:
  const int signal_;
};

}  // namespace forklift::kernel
