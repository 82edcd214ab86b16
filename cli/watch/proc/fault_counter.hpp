// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "watch/proc/kept_file.hpp"

namespace watch {

/// Page faults of a process from /proc/PID/stat, also those in kernel mode.
class FaultCounter {
 public:
  explicit FaultCounter(pid_t pid);

  /// Counts from here on.
  void begin();
  /// The number since then; once the process has ended, the last one seen.
  std::uint64_t count();

 private:
  std::uint64_t all();

  KeptFile stat_;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace watch
