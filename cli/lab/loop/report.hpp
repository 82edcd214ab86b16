// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lab/loop/measure.hpp"
#include "lab/machine.hpp"
#include "lab/warning.hpp"

namespace lab::loop {

/// The account of one experiment.
struct Findings {
  Machine machine;
  std::string program;
  std::string command_line;
  Settings settings;
  std::vector<Run> runs;
  std::vector<Warning> warnings;
};

/// The runs as tables for people: a row per contender, a column per load.
std::string as_text(const Findings& findings);

/// Everything as JSON.
nlohmann::json as_json(const Findings& findings);

}  // namespace lab::loop
