// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>

#include "goroutines/stack.hpp"

namespace goroutines {

/// Where a thread entered the kernel, from /proc/PID/task/TID/syscall; none
/// while it runs on a processor, or if this is not permitted.
std::optional<StackPlace> place_in_kernel(pid_t process, pid_t thread);

}  // namespace goroutines
