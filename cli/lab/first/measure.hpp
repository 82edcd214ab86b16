// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lab/first/figures.hpp"
#include "lab/measure.hpp"

namespace lab {

/// Settings for first launches.
struct FirstSettings {
  std::vector<std::string> contenders;
  std::string program;
  std::size_t threads = 0;  ///< sleeping in each process
  std::size_t pages = 0;    ///< maximum to write once more
  std::size_t fewest = 5;   ///< processes of each contender under each load,
  std::size_t most = 9;     ///< as many as fit into the budget
  std::chrono::milliseconds budget{};
};

/// First launches by contender, by the label of its runs.
using FirstLaunches = std::map<std::string, FirstLaunch>;

/// Launches by every contender from fresh processes of the load's size, one
/// process after the other, in rounds whose order rotates. Contenders with
/// their own process take no part.
///
/// Errors: those of `launch_afresh`.
FirstLaunches measure_first(const FirstSettings& settings, const Load& load,
                            const std::function<void(double)>& progress);

}  // namespace lab
