// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lab/ballast.hpp"
#include "lab/first/figures.hpp"
#include "lab/statistics.hpp"

namespace lab {

/// One point of the sweep: the load of the process, and how many launch at once.
struct Load {
  std::size_t rss = 0;          ///< bytes of ballast
  std::size_t descriptors = 0;  ///< open in the process
  std::size_t workers = 1;

  bool operator==(const Load&) const = default;
};

/// The results of one contender under one load; times in microseconds.
struct Run {
  std::string contender;  ///< its name, with a number from the second of a kind on
  std::string description;
  bool own_process = false;
  bool is_anchor = false;  ///< the ratios of all others refer to this one
  Load load;
  std::size_t launches = 0;
  Summary hold{}, launch{}, finish{};
  Interval launch_ratio{};  ///< to the anchor, from the pairs of each round; 0 without one
  Interval finish_ratio{};
  std::optional<Summary> gap{};       ///< longest pause of another thread, by launch
  std::optional<Summary> idle_gap{};  ///< the same without launches
  std::optional<FirstLaunch> first{};  ///< in processes of the same size
  double rate = 0;                    ///< launches per second, all workers together
};

struct Settings {
  std::vector<std::string> contenders;
  std::string program;
  std::size_t launches = 0;            ///< of each contender under each load
  std::chrono::milliseconds budget{};  ///< of each contender under each load
  bool gaps = true;
  /// Called with the contender that cannot continue, and why; it gets no `Run`.
  std::function<void(const std::string& contender, const std::string& why)> drop_out{};
};

/// The label of a contender's run, given the number of earlier ones.
std::string label(const std::string& contender, std::size_t before);

/// The anchor, if it takes part; else the first contender.
inline constexpr const char* floor_name = "vfork";

/// Runs all contenders under one load, interleaved: in each round each takes
/// its turn, in an order that rotates. A turn starts with a millisecond of
/// uncounted launches, which absorb the aftermath of the turn before: a fork
/// slows down the dozen launches after it. Contenders that stall for more than
/// 50 ms have fewer turns, without that.
///
/// `progress` is called with the fraction done.
std::vector<Run> measure(const Settings& settings, const Load& load, Ballast& ballast,
                         const std::function<void(double)>& progress);

}  // namespace lab
