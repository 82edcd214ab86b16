// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "plan/identity.hpp"
#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// The caller's capabilities, where the order leaves some sets as they are: a
/// plan made from others does not fit.
void note_callers_sets(const LaunchSpec& spec, std::vector<std::uint64_t>& values);

/// Users, groups and capabilities, in the order in which the kernel lets them
/// go: what needs a right comes before it is given up. All need memory of their
/// own, since a change of identity changes what the kernel allows others to do
/// with the memory.
void add_identity(PlanBuilder& build, const LaunchSpec& spec, const ResolvedIdentity& identity);

}  // namespace forklift::launch
