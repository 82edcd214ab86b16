// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "plan/compiled_plan.hpp"

namespace forklift::launch {

/// The plan for people: a headline, then a line for each system call as
/// strace(1) would print it. What only the launch knows stands in angle brackets.
std::string explain(const CompiledPlan& plan);

}  // namespace forklift::launch
