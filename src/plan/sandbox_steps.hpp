// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "plan/descriptor_steps.hpp"
#include "plan/plan_builder.hpp"

namespace forklift::launch {

/// The paths of a Landlock ruleset are opened while the child still may open
/// them; `restrict` enforces it, as one of the last steps.
class LandlockSteps {
 public:
  LandlockSteps(PlanBuilder& build, const Sandbox& wanted, const CallerState& now,
                const DescriptorSteps& descriptors)
      : build_(build), wanted_(wanted), now_(now), descriptors_(descriptors) {}

  void make_rulesets();
  void restrict();

 private:
  void add_rule(long ruleset, const std::string& path, std::uint64_t rights);

  PlanBuilder& build_;
  const Sandbox& wanted_;
  const CallerState& now_;
  const DescriptorSteps& descriptors_;
};

void add_seccomp(PlanBuilder& build, const Sandbox& wanted);

}  // namespace forklift::launch
