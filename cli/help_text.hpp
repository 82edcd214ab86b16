// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <string_view>

/// What --help of every command is made of. Lines end before column 80.
namespace help_text {

/// Breaks a text at spaces and indents every line but the first, which follows
/// `first`; ends with a new line.
std::string wrapped(std::string_view first, std::string_view text, std::size_t indent);

/// An option or argument, and its text below it.
std::string item(std::string_view heading, std::string_view text);

/// Prints the commands that CLI11 parses as `forklift run` prints its own table.
class Formatter : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
};

}  // namespace help_text
