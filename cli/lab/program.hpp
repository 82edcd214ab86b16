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

/// The requested one, or else the do-nothing child; launched once, to detect a
/// program that cannot run before any long work.
///
/// Errors: throws `std::runtime_error` with one line that names it.
Program try_program(const std::string& asked);

}  // namespace lab
