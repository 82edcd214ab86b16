// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "action.hpp"

namespace watch {

/// Adds `watch` to the commands of `forklift`; `line` is the command line, for
/// the record.
void add_to(CLI::App& app, const std::string& line, Action& chosen);

}  // namespace watch
