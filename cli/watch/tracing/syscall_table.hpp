// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace watch::tracing {

/// The hooks' classes of system calls, by their numbers on this machine.
void fill_in_meanings(std::span<std::uint8_t> meanings);

/// Empty for one that creates no process.
std::string name_of(int system_call);

}  // namespace watch::tracing
