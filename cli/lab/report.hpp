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

/// The results of a sweep, and its settings.
struct Findings {
  Machine machine;
  std::string program;
  std::string command_line;
  std::vector<Run> runs;
  std::vector<Warning> warnings;
};

/// The runs as tables for people: a row per contender, a column per load.
/// `brief` omits the intervals and the slowest launches.
std::string as_text(const Findings& findings, bool brief);

/// Everything as JSON.
nlohmann::json as_json(const Findings& findings);

}  // namespace lab
