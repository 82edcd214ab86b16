// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <stdexcept>
#include <string>

#include "quantity.hpp"

/// An option with a value parsed by `parse`. Its `std::invalid_argument`
/// becomes the error of the option.
template <class T, class Parse>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, T& target, Parse parse,
                        const std::string& description) {
  return app.add_option_function<std::string>(
      name,
      [&target, parse, name](const std::string& text) {
        try {
          target = parse(text);
        } catch (const std::invalid_argument& error) {
          throw CLI::ValidationError(name, error.what());
        }
      },
      description);
}

/// For options whose values, also each in a list, are whole numbers. CLI11 itself takes
/// "0x10" and "010" for 16 and 8, and what is too large for the largest.
inline CLI::Validator whole_number(std::size_t least, std::size_t most) {
  return CLI::Validator(
      [least, most](std::string& text) -> std::string {
        try {
          text = std::to_string(parse_count(text, least, most));
          return "";
        } catch (const std::invalid_argument& error) {
          return error.what();
        }
      },
      "from " + std::to_string(least) + " to " + std::to_string(most));
}
