// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <forklift/child.hpp>
#include <forklift/fd.hpp>
#include <string>
#include <vector>

namespace watch {

/// A program held before its first instruction until everything that watches it
/// is in place.
///
/// The process already exists, as this command at a gate; it keeps its pid when
/// it executes the program. The destructor kills it unless it was released.
class GatedProgram {
 public:
  /// Errors: throws `forklift::LaunchError`.
  explicit GatedProgram(const std::vector<std::string>& argv);

  pid_t pid() const noexcept { return child_.pid(); }

  /// Releases it; returns when the program runs.
  ///
  /// Errors: throws `Refusal` with the reason why it could not be executed.
  void open();

  /// Gives up ownership: it is neither waited for nor killed.
  void let_go() { child_.detach(); }

 private:
  std::string program_;
  forklift::Fd gate_;     // a byte releases it
  forklift::Fd outcome_;  // ends when the program runs; else an errno
  forklift::Child child_;
};

/// The first argument of this command in the child.
constexpr const char* gate_word = "--at-gate";

/// The child's side: waits, and executes the program that `argv` names.
[[noreturn]] void wait_at_gate(char** argv);

}  // namespace watch
