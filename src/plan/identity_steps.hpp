// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "plan/identity.hpp"
#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// Whether the spec keeps some of the caller's capability sets.
bool depends_on_capabilities(const LaunchSpec& spec);

/// Users, groups and capabilities, in an order that the kernel permits: a step
/// that needs a privilege comes before the step that drops it. All need memory
/// of their own, since a new identity changes the permissions on the memory.
void add_identity(PlanBuilder& build, const LaunchSpec& spec, const CallerState& now,
                  const ResolvedIdentity& identity);

}  // namespace forklift::launch
