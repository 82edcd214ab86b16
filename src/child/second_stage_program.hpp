// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <expected>

namespace forklift::launch {

/// The second stage's program: a descriptor of this process, kept open, sealed
/// and close-on-exec.
///
/// Errors: the errno of memfd_create(2); EACCES where vm.memfd_noexec forbids it,
/// EPERM where a filter kills for it.
/// Threads: any. Cost: two system calls; a copy of some kilobytes at first.
/// Since: Linux 3.17.
std::expected<int, int> second_stage_program();

}  // namespace forklift::launch
