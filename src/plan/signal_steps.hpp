// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// Sets the ignored signals; all others get the default action.
void add_dispositions(PlanBuilder& build, const LaunchSpec& spec, const CallerState& now);
/// Sets the blocked signals.
void add_mask(PlanBuilder& build, const LaunchSpec& spec, const CallerState& now);

}  // namespace forklift::launch
