// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "recording/recording.hpp"

namespace watch {

/// The obstacles to each backend on this machine, from best to least.
std::vector<Unavailability> obstacles();

/// A table of all backends for people: which work here, why not, and the
/// command that would enable them.
std::string backends_text(const std::vector<Unavailability>& obstacles);

}  // namespace watch
