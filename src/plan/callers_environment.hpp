// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace forklift::launch {

/// The part of the caller's environment that a plan depends on.
///
/// It refers to what it was made from; `keep` copies that, for a plan that outlives
/// the moment. The entries are compared by their addresses: setting or removing a variable
/// replaces a pointer, and what a pointer leads to is the caller's to change.
class CallersEnvironment {
 public:
  CallersEnvironment() = default;
  /// Null for what the order does not depend on.
  CallersEnvironment(const char* const* entries, const char* path) noexcept
      : seen_entries_(entries), seen_path_(path) {}

  void keep();

  /// Ended by null.
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
