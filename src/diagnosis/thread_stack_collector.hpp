// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace forklift::kernel {

/// The position of one thread when it was asked.
struct ThreadSnapshot {
  pid_t thread = 0;
  std::vector<void*> stack{};  ///< innermost first; empty: it did not answer
  std::string view{};          ///< its position according to the kernel, if it did not answer
  std::chrono::steady_clock::time_point at{};
};

/// Asks threads of this process for their stacks, which only they can record.
///
/// Each gets a real-time signal, whose handler writes the stack into a slot. If
/// a thread does not answer in time, since the kernel suspends it (vfork),
/// copies page tables for it (fork), or since it blocks all signals while it
/// launches, /proc is read instead; none is omitted.
class ThreadStackCollector {
 public:
  /// By `signal`; 0: uses /proc for all.
  ///
  /// The handler stays installed: a signal may still be pending.
  /// Errors: throws `std::system_error`, EINVAL for a signal that is not a
  /// real-time one, EBUSY where another handler is installed.
  explicit ThreadStackCollector(int signal);

  /// In the order of `threads`. Threads: any.
  /// Cost: up to 200 ms if a thread does not answer.
  std::vector<ThreadSnapshot> call(std::span<const pid_t> threads) const;

 private:
  const int signal_;
};

}  // namespace forklift::kernel
