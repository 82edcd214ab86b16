// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "goroutines/version.hpp"

struct Elf;

namespace goroutines {

using Offset = std::uint32_t;

/// The offsets of the fields that we read in the runtime's g, gobuf and m.
struct Layout {
  Offset stack_low = 0;   ///< g.stack.lo
  Offset stack_high = 8;  ///< g.stack.hi
  Offset thread = 0;      ///< g.m
  Offset sched = 0;       ///< g.sched; relative to it:
  Offset sched_sp = 0;    ///< gobuf.sp
  Offset sched_pc = 8;    ///< gobuf.pc
  Offset syscall_sp = 0;
  Offset syscall_pc = 0;
  Offset status = 0;  ///< g.atomicstatus
  Offset id = 0;      ///< g.goid
  Offset wait_since = 0;
  Offset wait_reason = 0;
  Offset creator = 0;    ///< g.gopc
  Offset thread_id = 0;  ///< m.procid
  /// The reason is a string in g itself, as up to Go 1.10, not its number.
  bool reason_is_text = false;

  /// The number of bytes of a g that contain all of these.
  Offset size() const;

  bool operator==(const Layout&) const = default;
};

/// From the debug information of the program; none without it.
std::optional<Layout> layout_from_dwarf(Elf* elf);

/// From the table, for 64-bit machines; none for a version not in it.
std::optional<Layout> known_layout(Version version);

/// The first and the last version of the table.
Version oldest_known();
Version newest_known();

}  // namespace goroutines
