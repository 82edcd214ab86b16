// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>

#include "goroutines/stack.hpp"

namespace goroutines {

/// Where a thread left the program for the kernel, as /proc/PID/task/TID/syscall
/// has it; none while it runs on a processor, or if it may not be known.
std::optional<StackPlace> place_in_kernel(pid_t process, pid_t thread);

}  // namespace goroutines
