// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lab/hang/run.hpp"
#include "lab/machine.hpp"
#include "lab/warning.hpp"

namespace lab::hang {

/// All that is told of the runs of one command.
struct Account {
  Machine machine;
  std::string program;
  std::string command_line;
  std::vector<Run> runs;
  std::vector<Warning> warnings;
};

/// The contenders side by side, the stack of the slowest wait, and what the
/// figures show.
std::string as_text(const Account& account);

/// The same as a record.
nlohmann::json as_json(const Account& account);

}  // namespace lab::hang
