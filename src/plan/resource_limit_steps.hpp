// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// What a child may use and when it runs, as steps.

/// The kernel's RLIMIT_*.
int number_of(Resource resource);

void add_scheduling(PlanBuilder& build, const ResourceLimits& limits_, const CallerState& now);
/// What the kernel keeps with the thread.
void add_memory_policy(PlanBuilder& build, const ResourceLimits& limits_);
/// What the kernel keeps with the memory: needs memory of its own.
void add_memory_settings(PlanBuilder& build, const ResourceLimits& limits_);
/// All limits but that of descriptors, which later steps still open.
void add_limits(PlanBuilder& build, const ResourceLimits& limits_, const CallerState& now);
void add_descriptor_limit(PlanBuilder& build, const ResourceLimits& limits_,
                          const CallerState& now);

}  // namespace forklift::launch
