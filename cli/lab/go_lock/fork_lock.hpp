// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <forklift/fork_lock.hpp>
#include <memory>

#include "lab/go_lock/rules_lock.hpp"

namespace lab::go_lock {

/// The ForkLock of a version of Go for threads, with records: the holder, the
/// waiters, since when, and the stacks of long waits.
///
/// The library's own `forklift::ForkLock` keeps the same records but hands over
/// in order; this one is as unfair as its `Rules`.
/// Threads: any. Cost: the records take two short mutexes a launch.
class ForkLock {
 public:
  explicit ForkLock(Rules rules);
  ~ForkLock();
  ForkLock(const ForkLock&) = delete;

  /// As a launcher. Requires: this thread does not hold the lock.
  void lock();
  void unlock();

  /// Waiters in order of arrival; a wait of more than 10 ms has its stack.
  forklift::ForkLock::Report report() const;

  Rules rules() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace lab::go_lock
