// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "lab/machine.hpp"
#include "lab/measure.hpp"

namespace lab {

/// The runs as tables for people: a row a contender, a column a load.
std::string as_text(const Machine& machine, const std::string& program,
                    const std::vector<Run>& runs);

/// The runs as JSON, with the machine and the command line that made them.
std::string as_json(const Machine& machine, const std::string& program,
                    const std::string& command_line, const std::vector<Run>& runs);

}  // namespace lab
