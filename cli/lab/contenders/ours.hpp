// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "lab/contender.hpp"

namespace lab {

/// Forklift itself, blocking and not.
std::vector<ContenderKind> our_kinds();

}  // namespace lab
