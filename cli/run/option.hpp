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

/// One row of the table that the parser and the help are made of.
///
/// The value that an option takes is in square brackets if it may be left out;
/// it is then given by "=" only.
struct Option {
  std::string_view name;
  std::string_view other_name;  ///< may be empty
  std::string_view value;       ///< empty: takes none
  std::string_view text;
  /// Throws `std::invalid_argument` with what is wrong about the value.
  void (*apply)(RunRequest& request, const std::string& value);
};

struct Group {
  std::string_view title;
  std::span<const Option> options;
};

/// Every option, by what it is about.
std::span<const Group> groups();

std::span<const Option> program_options();
std::span<const Option> stream_options();
std::span<const Option> life_options();
std::span<const Option> identity_options();
std::span<const Option> bound_options();
std::span<const Option> namespace_options();
std::span<const Option> sandbox_options();
std::span<const Option> telling_options();

/// An option and what stands behind it.
struct Chosen {
  const Option* option;
  std::string value;
};

/// The words of the command line, told apart.
struct Words {
  std::vector<Chosen> options;
  std::vector<std::string> program;  ///< and its arguments; may be empty
  bool help = false;
};

/// Tells them apart: what follows "--", or the first word that is no option,
/// is the program's.
///
/// Errors: throws `BadUse`.
Words tell_apart(const std::vector<std::string>& words);

/// What --help prints.
std::string help();

}  // namespace run
