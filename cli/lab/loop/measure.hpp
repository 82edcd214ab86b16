// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "lab/measure.hpp"
#include "lab/statistics.hpp"

namespace lab::loop {

struct Settings {
  std::vector<std::string> contenders;
  std::string program;
  std::size_t coroutines = 0;
  std::size_t limit = 0;
  std::size_t rounds = 0;
  std::chrono::milliseconds burst{};  ///< after that, waiting coroutines do not launch
  std::chrono::milliseconds stream{};
};

/// A summary with the usual percentile for queues.
struct Tail {
  Summary summary{};
  double p999 = 0;
};

/// The results of one contender under one load; times in microseconds. Each
/// round has a burst, in which all coroutines launch once, and a stream, in
/// which as many as may have a child launch one after the other.
struct Run {
  std::string contender;
  std::string description;
  Load load;
  bool has_loop = true;
  std::size_t launches = 0;
  std::vector<std::size_t> done_per_burst{};  ///< coroutines that launched in time
  std::size_t most_children = 0;
  Tail hold{};
  Tail beat{};       ///< in bursts and streams
  Tail idle_beat{};  ///< without launches
  Tail queueing{};
  Interval queue_spread{};  ///< p99.9 over p50 of each burst
  Summary rate{};           ///< launches per second of each stream
  Interval hold_ratio{};    ///< to the first contender that has a loop, by burst; 0: none
  Interval rate_ratio{};    ///< to the threads, by stream; 0: they take no part
};

/// Runs all contenders under one load, interleaved: in every round each has its
/// burst and its stream, in an order that rotates.
///
/// `progress` is called with the fraction done.
std::vector<Run> measure(const Settings& settings, const Load& load,
                         const std::function<void(double)>& progress);

}  // namespace lab::loop
