// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/go_lock/semaphore.hpp"

namespace lab::go_lock {

void Semaphore::acquire(bool in_front) {
  Sleeper self;
  std::unique_lock guard(guard_);
  while (permits_ == 0) {
    sleepers_.insert(in_front ? sleepers_.begin() : sleepers_.end(), &self);
    guard.unlock();
    scheduler_.park(self);
    // The waker touches `self` under the guard, and not after it.
    guard.lock();
    if (self.handed_over) return;
  }
  --permits_;
}

void Semaphore::release(bool hand_over) {
  const std::lock_guard guard(guard_);
  ++permits_;
  if (sleepers_.empty()) return;
  Sleeper& first = *sleepers_.front();
  sleepers_.pop_front();
  if (hand_over) {
    --permits_;
    first.handed_over = true;
  }
  scheduler_.wake(first);
}

}  // namespace lab::go_lock
