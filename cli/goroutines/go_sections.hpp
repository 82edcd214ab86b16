// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "goroutines/program.hpp"

namespace goroutines {

/// Where the table of functions and lines lies (pclntab), which even a stripped
/// program has; none in a program that is not Go's.
std::optional<Program::Section> line_table_section(const Program& program);

/// What the program says of its own version: "go1.19.8"; empty if nothing.
std::string version_of(const Program& program);

}  // namespace goroutines
