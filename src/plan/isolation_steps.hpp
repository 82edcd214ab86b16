// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "plan/descriptor_steps.hpp"
#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// The CLONE_NEW* flag of a kind of namespaces, and its name.
std::uint64_t clone_flag(Namespace kind);
const char* name_of(Namespace kind);

/// The flags for the clone. A time namespace is not among them: its creator
/// stays outside until exec.
std::uint64_t clone_flags(const std::set<Namespace>& kinds);

/// The kinds of these flags, for people: "user, net".
std::string names_of(std::uint64_t clone_flags);

void add_joins(PlanBuilder& build, const Isolation& wanted, const DescriptorSteps& descriptors);
void add_clock(PlanBuilder& build, const Isolation& wanted);
/// Mounts, host name and root directory, in this order.
void add_surroundings(PlanBuilder& build, const Isolation& wanted, const CallerState& now);

}  // namespace forklift::launch
