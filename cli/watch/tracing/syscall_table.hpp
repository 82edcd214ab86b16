// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace watch::tracing {

/// The hooks' classes of system calls, by their numbers on this machine.
void fill_syscall_kinds(std::span<std::uint8_t> syscall_kinds);

/// Empty for one that creates no process.
std::string name_of(int system_call);

}  // namespace watch::tracing
