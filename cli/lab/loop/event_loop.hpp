// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "lab/contender.hpp"

namespace lab::loop {

/// The settings of one turn of a contender.
struct Task {
  std::size_t coroutines = 0;  ///< all begin at once
  std::size_t limit = 1;       ///< children at a time
  bool again = false;          ///< each launches one program after the other, not one
  Clock::time_point until{};   ///< no launch begins after that
};

/// The result; times in microseconds.
struct Turn {
  std::size_t launches = 0;
  std::size_t most_children = 0;
  double seconds = 0;
  std::vector<double> hold{};      ///< time of the thread inside the launching call
  std::vector<double> queueing{};  ///< from requesting a permit to having it
  std::vector<double> beat{};      ///< lateness of each heartbeat
};

/// One way to launch from many tasks: on one thread with an event loop and a
/// heartbeat, or on as many threads as it needs.
class EventLoop {
 public:
  virtual ~EventLoop() = default;

  /// Returns when all children have ended.
  ///
  /// Errors: throws the exception of the first failed launch.
  virtual Turn run(const Task& task) = 0;
};

inline constexpr const char* entry_name = "forklift_event_loop";

}  // namespace lab::loop

/// The only export of a module of this experiment: creates its loop, owned by
/// the caller.
extern "C" [[gnu::visibility("default")]] lab::loop::EventLoop* forklift_event_loop(
    const char* program);
