// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace forklift::kernel {

/// What the probe's child leaves in memory that it should share with us.
struct ProbeMarks {
  std::uint32_t running = 1;  ///< cleared by the kernel at the child's end
  int canary = -1;            ///< a descriptor that the child closes in its own table
  int visited = 0;            ///< 1: the child's writes reach us
  long close_range = 0;       ///< result of an empty close_range
  long leave_table = 0;       ///< result of the same with CLOSE_RANGE_UNSHARE
};

/// Runs in the probe's child under the law of the child side; never returns.
extern "C" void forklift_probe_child(void* marks);

}  // namespace forklift::kernel
