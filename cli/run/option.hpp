// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace run {

struct RunRequest;

/// The command line is wrong; `what()` is the whole sentence.
class BadUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One row of the table that the parser and the help are built from.
///
/// The value of an option is in square brackets if it is optional; it is then
/// set with "=" only.
struct Option {
  std::string_view name;
  std::string_view other_name;  ///< may be empty
  std::string_view value;       ///< empty: takes none
  std::string_view text;
  /// Throws `std::invalid_argument` with the error of the value.
  void (*apply)(RunRequest& request, const std::string& value);
};

struct Group {
  std::string_view title;
  std::span<const Option> options;
};

/// All options, by topic.
std::span<const Group> groups();

std::span<const Option> program_options();
std::span<const Option> stream_options();
std::span<const Option> life_options();
std::span<const Option> identity_options();
std::span<const Option> bound_options();
std::span<const Option> namespace_options();
std::span<const Option> sandbox_options();
std::span<const Option> telling_options();

/// An option and its value.
struct Chosen {
  const Option* option;
  std::string value;
};

/// The parsed words of the command line.
struct Words {
  std::vector<Chosen> options;
  std::vector<std::string> program;  ///< and its arguments; may be empty
  bool help = false;
};

/// Separates them: the program starts after "--", or at the first word that is
/// not an option.
///
/// Errors: throws `BadUse`.
Words tell_apart(const std::vector<std::string>& words);

/// The text of --help.
std::string help();

}  // namespace run
