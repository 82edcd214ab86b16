// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <forklift/export.hpp>
#include <string>
#include <utility>
#include <vector>

namespace forklift {

/// Restricts the files that a child may use (landlock(7)) to what the rules
/// allow. A rule covers everything below its path, as the child sees paths.
///
/// Rights that the Landlock of this kernel does not support are left out.
/// Since: Linux 5.13.
class FORKLIFT_EXPORT Landlock {
 public:
  /// Reading files, listing directories, and executing.
  Landlock& read_only(std::string path);
  /// All rights of Landlock: reading, writing, creating, removing, executing.
  Landlock& read_write(std::string path);
  /// Exactly these LANDLOCK_ACCESS_FS_* rights.
  Landlock& allow(std::string path, std::uint64_t rights);

  struct Rule {
    std::string path;
    std::uint64_t rights;
  };
  const std::vector<Rule>& rules() const noexcept { return rules_; }

 private:
  std::vector<Rule> rules_;
};

}  // namespace forklift
