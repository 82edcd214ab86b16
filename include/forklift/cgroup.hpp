// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/export.hpp>
#include <string>
#include <utility>
#include <vector>

namespace forklift {

/// The cgroup of version 2 (cgroups(7)) that a child is launched into.
class FORKLIFT_EXPORT Cgroup {
 public:
  /// An existing cgroup, by its path.
  static Cgroup at(std::string path);
  /// The same by a descriptor of the caller's, borrowed until the launch returns.
  static Cgroup at(int descriptor);
  /// A new cgroup below `parent` for each launch. Once the child has been waited
  /// for, the processes that remain in it are killed, and it is removed.
  ///
  /// Requires: the caller may create directories in `parent`.
  static Cgroup create(std::string parent, std::string prefix = "forklift-");

  /// Writes a file of a created cgroup before the child enters it, for example
  /// ("memory.max", "1G").
  Cgroup& set(std::string file, std::string value) {
    settings_.emplace_back(std::move(file), std::move(value));
    return *this;
  }

  bool creates() const noexcept { return creates_; }
  const std::string& path() const noexcept { return path_; }  ///< of the cgroup, or of its parent
  const std::string& prefix() const noexcept { return prefix_; }
  int descriptor() const noexcept { return descriptor_; }  ///< -1: by path
  const std::vector<std::pair<std::string, std::string>>& settings() const noexcept {
    return settings_;
  }

 private:
  Cgroup() = default;

  bool creates_ = false;
  std::string path_, prefix_;
  int descriptor_ = -1;
  std::vector<std::pair<std::string, std::string>> settings_;
};

}  // namespace forklift
