// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lab {

/// Microseconds from the call that launches.
struct Times {
  double hold = 0;    ///< until the calling thread could go on
  double launch = 0;  ///< until it was known that the program runs
  double finish = 0;  ///< until the child was reaped
};

/// One way to launch a program; each does the same work, on its own terms.
///
/// Threads: one at a time; every worker has its own.
class Contender {
 public:
  virtual ~Contender() = default;
  /// Launches the program, waits for its end and reaps it.
  ///
  /// Errors: throws `std::runtime_error`.
  virtual Times launch() = 0;
};

/// The names, in the order of the tables.
const std::vector<std::string>& contender_names();
std::string_view describe(const std::string& name);

/// Requires: `name` is one of `contender_names()`.
std::unique_ptr<Contender> make_contender(const std::string& name, const std::string& program);

}  // namespace lab
