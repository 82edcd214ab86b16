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

/// How first launches are measured.
struct FirstSettings {
  std::vector<std::string> contenders;
  std::string program;
  std::size_t threads = 0;  ///< that sleep in each process
  std::size_t pages = 0;    ///< at most so many are written once more
  std::size_t fewest = 5;   ///< processes of each contender under each load,
  std::size_t most = 9;     ///< as many as fit into the budget
  std::chrono::milliseconds budget{};
};

/// First launches by contender, as its runs call it.
using FirstLaunches = std::map<std::string, FirstLaunch>;

/// Has every contender launch from fresh processes of the load's size, one process
/// after the other, in rounds whose order rotates. Contenders that have a process
/// of their own take no part.
///
/// Errors: those of `launch_afresh`.
FirstLaunches measure_first(const FirstSettings& settings, const Load& load,
                            const std::function<void(double)>& progress);

}  // namespace lab
