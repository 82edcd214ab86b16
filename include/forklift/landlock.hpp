// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <forklift/export.hpp>
#include <string>
#include <utility>
#include <vector>

namespace forklift {

/// What a child may still do with files (landlock(7)): nothing but what the
/// rules allow. Everything below a path is meant, as the child sees paths.
///
/// Rights that this kernel's Landlock does not know yet are left out.
/// Since: Linux 5.13.
class FORKLIFT_EXPORT Landlock {
 public:
  /// Reading files, listing directories, and executing.
  Landlock& read_only(std::string path);
  /// Everything that Landlock knows: reading, writing, making, removing, executing.
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
