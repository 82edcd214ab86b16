// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <memory>

#include "plan/compiled_plan.hpp"

namespace forklift::launch {

/// Compiles the plan of a launch with all that can be prepared for it.
///
/// Errors: bad input, by step and subject.
std::expected<std::unique_ptr<CompiledPlan>, Failure> prepare(const LaunchSpec& spec,
                                                              const CallerState& now);

}  // namespace forklift::launch
