// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "plan/launch_spec.hpp"

namespace forklift::launch {

/// The environment of a command that changes the caller's.
///
/// It points into the caller's own strings. Setting or removing a variable
/// replaces pointers there, which `made_from` notices. Entries that the command
/// starts from instead are copied.
class Environment {
 public:
  Environment(const LaunchSpec& spec, char** callers);

  /// Whether the caller's environment still is the one this was made from.
  bool made_from(char** callers) const noexcept;
  char** get() const noexcept { return const_cast<char**>(merged_.data()); }
  /// The value that the command itself gives to `key`, else null.
  const char* own(const std::string& key) const noexcept;

 private:
  bool starts_without_callers_;
  std::vector<const char*> seen_;    // the caller's pointers, in order
  std::vector<std::string> own_;     // "KEY=value", the start's as they are
  std::vector<const char*> merged_;  // null-terminated
};

}  // namespace forklift::launch
