// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "plan/compiled_plan.hpp"

namespace forklift::launch {

/// The subject with what of the arguments and the environment is too much for
/// execve(2), and the limit: one string, or all together.
std::string explain_too_big(std::string subject, const CompiledPlan& plan, const Frame& frame);

}  // namespace forklift::launch
