// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lab/hang/effects.hpp"

namespace lab::hang {

/// One turn of a contender, begun afresh.
using TakeTurn = std::function<Run(const std::string& contender)>;

/// Runs all contenders in every round, in an order that rotates, so that a
/// disturbance of some seconds never affects one contender in all rounds.
///
/// Ends early, perhaps within a round, if `proceed` returns false.
std::vector<std::vector<Run>> run_rounds(const std::vector<std::string>& contenders,
                                         std::size_t rounds, const TakeTurn& turn,
                                         const std::function<bool()>& proceed);

/// Joins each contender's rounds into one run.
std::vector<Run> join_rounds(const std::vector<std::vector<Run>>& rounds,
                             const std::vector<std::string>& contenders);

}  // namespace lab::hang
