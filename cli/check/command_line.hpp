// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "action.hpp"

namespace check {

/// Adds `forklift check` and `forklift survey`; `line` is the command line, for
/// the record.
void add_to(CLI::App& app, const std::string& line, Action& chosen);

}  // namespace check
