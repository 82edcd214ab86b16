// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "recording/recording.hpp"

namespace watch {

/// What keeps the caller from backends on this machine, from best to least.
std::vector<Unavailability> obstacles();

/// A table of all backends for people: which work here, why not, and the command
/// that would raise them.
std::string backends_text(const std::vector<Unavailability>& obstacles);

}  // namespace watch
