// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "watch/proc/kept_file.hpp"

namespace watch::sampling {

/// The children of a process: which are new, and whether some were reaped.
class ChildTracker {
 public:
  explicit ChildTracker(pid_t pid);

  struct Birth {
    pid_t maker = 0;
    pid_t child = 0;
  };
  /// Reads the new children of these threads.
  std::vector<Birth> births(const std::vector<pid_t>& makers);
  /// Cheap: whether the machine created a process or thread since last time.
  bool anything_born();
  /// Grows with each child that the process waits for: the children's usage.
  std::uint64_t reaped();

 private:
  pid_t pid_;
  std::map<pid_t, KeptFile> makers_;
  KeptFile load_;
  KeptFile stat_;
  std::string last_born_;
  std::set<pid_t> known_;
};

}  // namespace watch::sampling
