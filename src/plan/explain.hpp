// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "plan/compiled_plan.hpp"

namespace forklift::launch {

/// The plan for people: a headline, then a line for each system call in the
/// format of strace(1). Values known only at launch are in angle brackets.
std::string explain(const CompiledPlan& plan);

}  // namespace forklift::launch
