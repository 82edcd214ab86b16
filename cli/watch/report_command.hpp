// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

#include "action.hpp"

namespace watch {

/// The command `forklift report`, which prints the report of a recording.
void add_report_to(CLI::App& app, Action& chosen);

}  // namespace watch
