// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lab/hang/effects.hpp"
#include "lab/machine.hpp"
#include "lab/warning.hpp"

namespace lab::hang {

struct TitledEffects {
  std::string title;  ///< of the contenders' language
  Effects effects;
};

/// The account of the runs of one command.
struct Account {
  Machine machine;
  std::string program;
  std::string command_line;
  std::vector<Run> runs;
  std::vector<std::vector<Run>> rounds{};  ///< of `--explain`; the runs are made of them
  std::vector<TitledEffects> effects{};    ///< likewise
  std::vector<Warning> warnings{};
};

/// The contenders side by side, the stack of the slowest wait, and the
/// conclusions from the figures.
std::string as_text(const Account& account);

/// The same as a record.
nlohmann::json as_json(const Account& account);

}  // namespace lab::hang
