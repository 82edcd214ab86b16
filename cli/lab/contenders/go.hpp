// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "lab/contender.hpp"

namespace lab {

/// `syscall.ForkExec` of three versions of Go, and of two between 1.8 and 1.9: the
/// system calls of each, in its order, under its ForkLock.
std::vector<ContenderKind> go_kinds();

}  // namespace lab
