// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "lab/contender.hpp"

namespace lab::loop {

/// What a contender is asked to do in one turn.
struct Task {
  std::size_t coroutines = 0;  ///< all begin at once
  std::size_t limit = 1;       ///< children at a time
  bool again = false;          ///< each launches one program after the other, not one
  Clock::time_point until{};   ///< no launch begins after that
};

/// What came of it; times in microseconds.
struct Turn {
  std::size_t launches = 0;
  std::size_t most_children = 0;
  double seconds = 0;
  std::vector<double> hold{};      ///< the thread was inside the call that launches
  std::vector<double> queueing{};  ///< from asking for a permit to having it
  std::vector<double> beat{};      ///< each heartbeat was late by so much
};

/// One way to launch from many tasks, on its own terms: on one thread that runs
/// an event loop and a heartbeat, or on as many threads as it needs.
class EventLoop {
 public:
  virtual ~EventLoop() = default;

  /// Returns when all children have ended.
  ///
  /// Errors: throws what the first launch threw that failed.
  virtual Turn run(const Task& task) = 0;
};

inline constexpr const char* entry_name = "forklift_event_loop";

}  // namespace lab::loop

/// All that a module of this experiment exports: makes its loop, which the caller
/// owns.
extern "C" [[gnu::visibility("default")]] lab::loop::EventLoop* forklift_event_loop(
    const char* program);
