// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <vector>

namespace forklift {

/// How the kernel schedules a child (sched(7)).
struct Scheduling {
  enum class Policy { other, batch, idle, fifo, round_robin, deadline };
  Policy policy = Policy::other;
  int priority = 0;  ///< 1 to 99 for `fifo` and `round_robin`, else 0
  /// For `deadline` only (Linux 3.14).
  std::chrono::nanoseconds runtime{0}, deadline{0}, period{0};
  /// Children of the child start with the normal policy.
  bool reset_on_fork = false;
};

/// How the disk I/O of a child is scheduled (ioprio_set(2)).
struct IoPriority {
  enum class Class { none, realtime, best_effort, idle };
  Class io_class = Class::none;
  int level = 4;  ///< 0, the highest, to 7; of `realtime` and `best_effort`
};

/// The NUMA nodes that the memory of a child comes from (set_mempolicy(2)).
struct MemoryPolicy {
  enum class Mode { by_default, preferred, bind, interleave, local };
  Mode mode = Mode::by_default;
  std::vector<int> nodes = {};
};

}  // namespace forklift
