// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <semaphore>

namespace lab::go_lock {

/// Somebody who sleeps until somebody else wakes them.
struct Sleeper {
  std::binary_semaphore awake{0};
  bool handed_over = false;  ///< what they sleep for is theirs already
};

/// What Go's locks ask of the runtime that schedules those who take them.
///
/// The lab's is threads and the clock; the tests' decides who runs and what time it is.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  virtual std::chrono::steady_clock::time_point now() = 0;

  /// Whether one that has spun so many times spins again before it sleeps.
  virtual bool may_spin(int turns) = 0;
  virtual void spin() = 0;

  /// Returns after `wake`, also if that came before.
  virtual void park(Sleeper& self) = 0;
  virtual void wake(Sleeper& other) = 0;
};

}  // namespace lab::go_lock
