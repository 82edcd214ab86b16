// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <semaphore>

namespace lab::go_lock {

/// A sleeper that another thread wakes.
struct Sleeper {
  std::binary_semaphore awake{0};
  bool handed_over = false;  ///< it already owns what it sleeps for
};

/// What Go's locks require from the scheduler of the lockers.
///
/// The lab's uses threads and the clock; the tests' chooses thread and time.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  virtual std::chrono::steady_clock::time_point now() = 0;

  /// Whether to spin again after this many turns, before sleeping.
  virtual bool may_spin(int turns) = 0;
  virtual void spin() = 0;

  /// Returns after `wake`, even if that came first.
  virtual void park(Sleeper& self) = 0;
  virtual void wake(Sleeper& other) = 0;
};

}  // namespace lab::go_lock
