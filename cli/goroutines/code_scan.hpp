// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "goroutines/line_table.hpp"
#include "goroutines/program.hpp"

namespace goroutines {

/// Where variables lie that a stripped program has no names for, told by the code
/// that uses them; x86-64 only.
///
/// Whoever asks has to check what lies there: code is not decoded, but searched
/// for operands that can only mean a variable.
std::optional<Address> find_fork_lock(const Program& program, const LineTable& table);
std::optional<Address> find_all_goroutines(const Program& program, const LineTable& table);

}  // namespace goroutines
