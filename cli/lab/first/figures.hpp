// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "lab/statistics.hpp"

namespace lab {

/// The first launches of fresh processes, and their aftermath; times in
/// microseconds.
struct FirstLaunch {
  std::size_t processes = 0;
  Interval hold{}, launch{}, finish{};
  Interval ratio{};         ///< launch, to the median of the same process's later launches
  std::size_t pages = 0;    ///< written in each process before the launch, and once more after it
  Interval faults{};        ///< by writing them after it, less those of the time before
  Interval write{};         ///< duration of writing them after it
  Interval write_before{};  ///< and before it
};

}  // namespace lab
