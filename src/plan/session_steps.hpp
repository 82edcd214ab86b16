// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "plan/descriptor_steps.hpp"
#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// Whether the spec makes the child lead its own process group or session.
bool leads_session(const LaunchSpec& spec);
bool leads_group(const LaunchSpec& spec);

/// Session and process group, then their terminal.
void add_session(PlanBuilder& build, const LaunchSpec& spec, const DescriptorSteps& descriptors);

}  // namespace forklift::launch
