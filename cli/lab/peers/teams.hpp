// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lab/measure.hpp"

namespace lab {

/// Contenders that are measured together, interleaved.
using Team = std::vector<std::string>;

/// Puts the peers, each with a load of its own, beside the others as far as the
/// memory reaches. Those who do not fit make further teams, with the floor if
/// it is among the others.
///
/// The first team has all the others. Where not even one peer fits, and under a
/// load of several workers, since a peer launches one at a time, it is alone.
std::vector<Team> form_teams(const Team& others, const Team& peers, const Load& load,
                             std::size_t memory);

}  // namespace lab
