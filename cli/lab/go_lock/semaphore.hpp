// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <mutex>

#include "lab/go_lock/scheduler.hpp"

namespace lab::go_lock {

/// The semaphore of Go's runtime on which its locks sleep (runtime/sema.go).
///
/// The first taker gets a permit. A sleeper that wakes too late sleeps again,
/// behind all others, unless the permit was handed over.
/// Threads: any.
class Semaphore {
 public:
  explicit Semaphore(Scheduler& scheduler) : scheduler_(scheduler) {}

  /// `in_front`: sleeps in front of all others.
  void acquire(bool in_front = false);

  /// `hand_over`: only the first sleeper can take the permit.
  void release(bool hand_over = false);

 private:
  Scheduler& scheduler_;
  std::mutex guard_;
  unsigned permits_ = 0;
  std::deque<Sleeper*> sleepers_;
};

}  // namespace lab::go_lock
