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

/// Adds the peers, each with its own load, as far as the memory reaches. Those
/// that do not fit form further teams, with the floor if it is among the
/// others.
///
/// The first team has all the others. It is the only one if no peer fits, and
/// under a load of several workers, since a peer launches one at a time.
std::vector<Team> form_teams(const Team& others, const Team& peers, const Load& load,
                             std::size_t memory);

}  // namespace lab
