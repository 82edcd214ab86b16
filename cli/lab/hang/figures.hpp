// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "lab/hang/run.hpp"

namespace lab::hang {

/// Every launch, by worker.
using Launches = std::vector<std::vector<Launched>>;

/// Computes from the launches: their number, the summaries, the waits of each
/// quarter of a second, and the share of each worker.
///
/// Requires: `run.quarters` have their ends, in order.
void sum_up(const Launches& launched, Run& run);

/// The share of the waits that are longer than three times the median wait and
/// three times the median launch: without contention the former is near zero.
double share_of_long_waits(const Run& run);

/// How unevenly the launches were distributed over the workers: the maximum
/// minus the minimum, as a share of the mean.
double spread(const Run& run);

}  // namespace lab::hang
