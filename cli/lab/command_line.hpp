// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "action.hpp"

namespace lab {

/// Adds `forklift lab` and its commands `hang`, `loop` and `page`; `line` is the command
/// line, for the record.
void add_to(CLI::App& app, const std::string& line, Action& chosen);

/// An option that names contenders: an unknown one is refused, and for one that
/// was not built the error says how to get it.
void add_contenders(CLI::App& app, std::vector<std::string>& target, const std::string& text);

/// The options for the load of this process: all combinations of memory and
/// descriptors.
void add_loads(CLI::App& app, std::vector<std::size_t>& rss, std::vector<std::size_t>& descriptors);

}  // namespace lab
