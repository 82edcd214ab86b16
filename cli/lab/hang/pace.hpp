// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <semaphore>

#include "lab/contender.hpp"

namespace lab::hang {

/// When each worker launches: at evenly spaced turns, or at once.
///
/// A worker skips turns that it is too late for: a stalled worker launches
/// less, and does not catch up in a burst.
/// Threads: any, each with the number of its own worker.
class Pace {
 public:
  /// `rate`: launches per second by all `workers` together; 0: no pace.
  Pace(double rate, std::size_t workers) : rate_(rate), workers_(workers) {}

  /// Requires: before any turn.
  void begin(Clock::time_point now) { begun_ = now; }

  /// Waits for the next turn of a worker; false if `end` was called meanwhile.
  bool await_turn(std::size_t worker);

  /// No more turns: waiting workers continue.
  void end();

 private:
  Clock::time_point next_turn(std::size_t worker) const;

  const double rate_;
  const std::size_t workers_;
  Clock::time_point begun_{};
  std::atomic<bool> ended_{false};
  std::counting_semaphore<> end_{0};
};

}  // namespace lab::hang
