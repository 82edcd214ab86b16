// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <expected>

#include "plan/compiled_plan.hpp"

namespace forklift::launch {

/// The second stage's program: a descriptor of this process, kept open, sealed
/// and close-on-exec.
///
/// Errors: the errno of memfd_create(2); EACCES where vm.memfd_noexec forbids it,
/// EPERM where a filter kills for it.
/// Threads: any. Cost: two system calls; a copy of some kilobytes at first.
/// Since: Linux 3.17.
std::expected<int, int> second_stage_program();

/// Packs the calls behind `second_stage` into the arguments of the call that
/// starts it, which is the one before.
///
/// Errors: a plan that is too long.
std::optional<Failure> hand_over(CompiledPlan& compiled);

}  // namespace forklift::launch
