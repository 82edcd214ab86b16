// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "lab/hang/run.hpp"

namespace lab::hang {

/// Every launch, by worker.
using Launches = std::vector<std::vector<Launched>>;

/// Fills in what the launches come to: how many, the summaries, the waits of each
/// quarter of a second, and what fell to each worker.
///
/// Requires: `run.quarters` have their ends, in order.
void sum_up(const Launches& launched, Run& run);

/// The share of the waits that are longer than three times the median of all;
/// and not only because nobody waits: also longer than three launches take.
double share_of_long_waits(const Run& run);

/// How unevenly the launches fell to the workers: the most less the least of one,
/// as a share of the mean.
double spread(const Run& run);

}  // namespace lab::hang
