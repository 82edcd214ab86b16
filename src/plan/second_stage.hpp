// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "plan/compiled_plan.hpp"

namespace forklift::launch {

/// Packs the calls after `second_stage` into the arguments of the preceding
/// call, which starts it.
///
/// Errors: a plan that is too long.
std::optional<Failure> pack_second_stage(CompiledPlan& compiled);

}  // namespace forklift::launch
