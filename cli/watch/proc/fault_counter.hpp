// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "watch/proc/kept_file.hpp"

namespace watch {

/// Page faults of a process, by /proc/PID/stat: those in kernel mode, too.
class FaultCounter {
 public:
  explicit FaultCounter(pid_t pid);

  /// Counts from here on.
  void begin();
  /// How many since then; once the process has ended, what was seen last.
  std::uint64_t count();

 private:
  std::uint64_t all();

  KeptFile stat_;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace watch
