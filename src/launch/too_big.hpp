// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "plan/compiled_plan.hpp"

namespace forklift::launch {

/// The subject with the part of the arguments or the environment that exceeds
/// the limit of execve(2), and that limit: of one string, or of all together.
std::string explain_too_big(std::string subject, const CompiledPlan& plan, const Frame& frame);

}  // namespace forklift::launch
