// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "lab/hang/crew.hpp"
#include "lab/hang/run.hpp"

namespace lab::hang {

/// Fills in what the launches come to: how many, the summaries, and the longest
/// wait in each quarter of the run.
///
/// Requires: `run.quarters` have their ends, in order.
void sum_up(const std::vector<Launched>& launched, Run& run);

}  // namespace lab::hang
