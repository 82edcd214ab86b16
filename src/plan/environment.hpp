// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "plan/callers_environment.hpp"
#include "plan/launch_spec.hpp"

namespace forklift::launch {

/// The environment of a command that changes the caller's.
///
/// It points into the caller's own strings; the entries of a replaced start are
/// copied.
class Environment {
 public:
  Environment(const LaunchSpec& spec, const CallersEnvironment& callers);

  char** get() const noexcept { return const_cast<char**>(merged_.data()); }
  /// The value that the command itself sets for `key`, else null.
  const char* own(const std::string& key) const noexcept;

 private:
  std::vector<std::string> own_;     // "KEY=value"; the start's are unchanged
  std::vector<const char*> merged_;  // null-terminated
};

}  // namespace forklift::launch
