// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "lab/contender.hpp"

namespace lab {

/// The C library's ways: fork, posix_spawn, and a vfork written by hand.
std::vector<ContenderKind> classic_kinds();

}  // namespace lab
