// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "recording/recording.hpp"

namespace watch {

/// Where what was seen goes; an empty path stands for none.
struct Outputs {
  bool json = false;  ///< on the standard output, in place of the text
  std::string record;
  std::string trace;
  std::string folded;
  std::string openmetrics;
};

/// The options of a report; `--record` is for those who have seen something new.
void add_outputs(CLI::App& app, Outputs& outputs);
void add_record(CLI::App& app, Outputs& outputs);

/// Says before any long work whether all could be written after it.
///
/// Errors: throws `Refusal` if two are the same file, or one is the `input`;
/// `std::runtime_error` with one line if one cannot be written.
void check(const Outputs& outputs, const std::string& input = "");

/// The files first, then the report on the standard output.
///
/// Errors: throws `std::runtime_error` with one line that names the file.
void write(const Outputs& outputs, const Recording& recording);

}  // namespace watch
