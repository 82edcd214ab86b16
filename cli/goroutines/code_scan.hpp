// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "goroutines/line_table.hpp"
#include "goroutines/program.hpp"

namespace goroutines {

/// Locates variables of a stripped program by the code that uses them; x86-64
/// only.
///
/// Callers must check the content: code is not decoded, but searched for
/// operands that can only be a variable.
std::optional<Address> find_fork_lock(const Program& program, const LineTable& table);
std::optional<Address> find_all_goroutines(const Program& program, const LineTable& table);

}  // namespace goroutines
