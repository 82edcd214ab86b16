// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "action.hpp"

namespace lab::loop {

/// Adds `loop` to the commands of `forklift lab`; `line` is the command line, for
/// the record.
void add_to(CLI::App& lab, const std::string& line, Action& chosen);

}  // namespace lab::loop
