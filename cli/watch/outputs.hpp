// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "recording/recording.hpp"

namespace watch {

/// The files for the results; an empty path means none.
struct Outputs {
  bool json = false;  ///< on standard output, instead of the text
  std::string record;
  std::string trace;
  std::string folded;
  std::string openmetrics;
};

/// The options of a report; `--record` is for commands that make a recording.
void add_outputs(CLI::App& app, Outputs& outputs);
void add_record(CLI::App& app, Outputs& outputs);

/// Checks before any long work that all outputs can be written after it.
///
/// Errors: throws `Refusal` if two are the same file, or one is the `input`;
/// `std::runtime_error` with one line if one cannot be written.
void check(const Outputs& outputs, const std::string& input = "");

/// Writes the files first, then the report to standard output.
///
/// Errors: throws `std::runtime_error` with one line that names the file.
void write(const Outputs& outputs, const Recording& recording);

}  // namespace watch
