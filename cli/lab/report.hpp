// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lab/machine.hpp"
#include "lab/measure.hpp"
#include "lab/warning.hpp"

namespace lab {

/// What a sweep came to, and what it was.
struct Findings {
  Machine machine;
  std::string program;
  std::string command_line;
  std::vector<Run> runs;
  std::vector<Warning> warnings;
};

/// The runs as tables for people: a row a contender, a column a load. `brief`
/// leaves out the intervals and the slowest launches.
std::string as_text(const Findings& findings, bool brief);

/// Everything as JSON.
nlohmann::json as_json(const Findings& findings);

}  // namespace lab
