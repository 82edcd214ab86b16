// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The child of the probe. Like src/launch/child_side.cpp it may run on its
// parent's memory and thread pointer: raw calls only, no undefined symbols.

#include "kernel/probe_child.hpp"

#include "kernel/numbers.hpp"
#include "kernel/raw.hpp"

namespace forklift::kernel {

extern "C" void forklift_probe_child(void* argument) {
  auto& marks = *static_cast<ProbeMarks*>(argument);
  marks.visited = 1;
  // An empty range: a kernel that took the call but not the flag must not
  // close the descriptors of our parent.
  constexpr unsigned none = ~0U;
  marks.close_range = raw::call(nr_close_range, none, none, 0);
  marks.leave_table = raw::call(nr_close_range, none, none, close_range_unshare);
  // The parent looks whether its own entry survives this.
  if (marks.leave_table == 0) raw::call(SYS_close, marks.canary);
  for (;;) raw::call(SYS_exit, 0);
}

}  // namespace forklift::kernel
