// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "watch/stack_copy.hpp"

namespace watch::tracing {

/// From the kernel's struct pt_regs, which user space knows from ptrace(2).
Registers registers_of(std::span<const unsigned long long> kernel);

}  // namespace watch::tracing
