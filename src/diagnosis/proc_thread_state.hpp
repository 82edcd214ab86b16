// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>

namespace forklift::kernel {

/// The kernel's view of a thread of this process that cannot answer itself: "in
/// the kernel: clone, sleeping in kernel_clone".
///
/// From syscall, wchan and stat of proc(5); unavailable parts are omitted.
std::string proc_thread_state(pid_t thread);

}  // namespace forklift::kernel
