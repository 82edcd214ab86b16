// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "plan/descriptor_steps.hpp"
#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// Whether the order has the child lead a process group, or a session, of its own.
bool leads_session(const LaunchSpec& spec);
bool leads_group(const LaunchSpec& spec);

/// Session and process group, then the terminal that belongs to them.
void add_session(PlanBuilder& build, const LaunchSpec& spec, const DescriptorSteps& descriptors);

}  // namespace forklift::launch
