// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace lab {

/// The program that every contender launches.
struct Program {
  std::string path;
  std::string shown;  ///< in tables and records
};

/// The one that was asked for, or the do-nothing child if none was; launched
/// once, so that one that cannot run ends it all before any long work.
///
/// Errors: throws `std::runtime_error` with one line that names it.
Program try_program(const std::string& asked);

}  // namespace lab
