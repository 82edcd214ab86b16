// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "goroutines/layout.hpp"
#include "goroutines/line_table.hpp"
#include "goroutines/program.hpp"

namespace goroutines {

/// Whether a layout fits the goroutines of a process: the first is number 1, as
/// in every Go program, and was created by code.
bool makes_sense(const Memory& memory, const LineTable& lines, Address all_goroutines,
                 const Layout& layout);

}  // namespace goroutines
