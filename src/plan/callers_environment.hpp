// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace forklift::launch {

/// The part of the caller's environment that a plan depends on.
///
/// It refers to its source; `keep` copies that, for a plan that outlives it.
/// Entries are compared by address: setting or removing a variable replaces a
/// pointer, and only the caller may change the strings.
class CallersEnvironment {
 public:
  CallersEnvironment() = default;
  /// Null for parts that the spec does not depend on.
  CallersEnvironment(const char* const* entries, const char* path) noexcept
      : seen_entries_(entries), seen_path_(path) {}

  void keep();

  /// Terminated by null.
  const char* const* entries() const noexcept;
  const char* path() const noexcept;

  bool operator==(const CallersEnvironment& other) const noexcept;

 private:
  const char* const* seen_entries_ = nullptr;
  const char* seen_path_ = nullptr;
  std::vector<const char*> kept_entries_;
  std::optional<std::string> kept_path_;
};

}  // namespace forklift::launch
