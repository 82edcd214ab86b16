// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "plan/identity.hpp"
#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// Whether the order leaves some of the caller's sets of capabilities as they are.
bool depends_on_capabilities(const LaunchSpec& spec);

/// Users, groups and capabilities, in the order in which the kernel lets them
/// go: what needs a right comes before it is given up. All need memory of their
/// own, since a change of identity changes what the kernel allows others to do
/// with the memory.
void add_identity(PlanBuilder& build, const LaunchSpec& spec, const CallerState& now,
                  const ResolvedIdentity& identity);

}  // namespace forklift::launch
