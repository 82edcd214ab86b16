// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// What the program ignores; all else goes to its default.
void add_dispositions(PlanBuilder& build, const LaunchSpec& spec, const CallerState& now);
/// What it has blocked.
void add_mask(PlanBuilder& build, const LaunchSpec& spec, const CallerState& now);

}  // namespace forklift::launch
