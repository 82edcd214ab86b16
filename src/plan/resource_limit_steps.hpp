// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// What a child may use and when it runs, as steps.

/// What of the caller's goes into these steps, where the order leaves it out:
/// a plan made from other values does not fit.
void note_callers_bounds(const ResourceLimits& limits_, std::vector<std::uint64_t>& values);

void add_scheduling(PlanBuilder& build, const ResourceLimits& limits_);
/// What the kernel keeps with the thread.
void add_memory_policy(PlanBuilder& build, const ResourceLimits& limits_);
/// What the kernel keeps with the memory: needs memory of its own.
void add_memory_settings(PlanBuilder& build, const ResourceLimits& limits_);
/// All limits but that of descriptors, which later steps still open.
void add_limits(PlanBuilder& build, const ResourceLimits& limits_);
void add_descriptor_limit(PlanBuilder& build, const ResourceLimits& limits_);

}  // namespace forklift::launch
