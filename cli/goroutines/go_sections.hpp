// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "goroutines/program.hpp"

namespace goroutines {

/// The table of functions and lines (pclntab), which even a stripped program
/// has; none if the program is not Go.
std::optional<Program::Section> line_table_section(const Program& program);

/// The version recorded in the program: "go1.19.8"; empty if none.
std::string version_of(const Program& program);

}  // namespace goroutines
