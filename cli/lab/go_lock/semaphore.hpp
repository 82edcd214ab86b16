// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <mutex>

#include "lab/go_lock/scheduler.hpp"

namespace lab::go_lock {

/// The semaphore of Go's runtime that its locks sleep at (runtime/sema.go).
///
/// A permit goes to the first that takes it. A sleeper that was woken and comes too
/// late sleeps again, behind all others, unless the permit was handed over.
/// Threads: any.
class Semaphore {
 public:
  explicit Semaphore(Scheduler& scheduler) : scheduler_(scheduler) {}

  /// `in_front`: sleeps in front of all others.
  void acquire(bool in_front = false);

  /// `hand_over`: nobody but the first sleeper can have the permit.
  void release(bool hand_over = false);

 private:
  Scheduler& scheduler_;
  std::mutex guard_;
  unsigned permits_ = 0;
  std::deque<Sleeper*> sleepers_;
};

}  // namespace lab::go_lock
