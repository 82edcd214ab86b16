// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// The child's limits and scheduling, as steps.

/// The kernel's RLIMIT_*.
int number_of(Resource resource);

void add_scheduling(PlanBuilder& build, const ResourceLimits& limits, const CallerState& now);
/// The attributes that the kernel keeps with the thread.
void add_memory_policy(PlanBuilder& build, const ResourceLimits& limits);
/// Those that it keeps with the memory: they need memory of its own.
void add_memory_settings(PlanBuilder& build, const ResourceLimits& limits);
/// All limits except that of descriptors, since later steps open some.
void add_limits(PlanBuilder& build, const ResourceLimits& limits, const CallerState& now);
void add_descriptor_limit(PlanBuilder& build, const ResourceLimits& limits, const CallerState& now);

}  // namespace forklift::launch
