// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>

namespace forklift::kernel {

/// What the kernel tells of a thread of this process that cannot speak for
/// itself: "in the kernel: clone, sleeping in kernel_clone".
///
/// From syscall, wchan and stat of proc(5); what they do not tell is left out.
std::string proc_thread_state(pid_t thread);

}  // namespace forklift::kernel
