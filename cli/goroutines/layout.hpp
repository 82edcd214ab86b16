// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "goroutines/version.hpp"

struct Elf;

namespace goroutines {

using Offset = std::uint32_t;

/// Where the fields lie that we read of the runtime's g, gobuf and m.
struct Layout {
  Offset stack_low = 0;   ///< g.stack.lo
  Offset stack_high = 8;  ///< g.stack.hi
  Offset thread = 0;      ///< g.m
  Offset sched = 0;       ///< g.sched; from there on:
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
  /// The reason is a string in g itself, as up to Go 1.10, not the number of one.
  bool reason_is_text = false;

  /// How many bytes of a g have to be read for all of that.
  Offset size() const;

  bool operator==(const Layout&) const = default;
};

/// As the debug information of the program says; none without it.
std::optional<Layout> layout_from_dwarf(Elf* elf);

/// As the table says, on 64-bit machines; none for a version that it has not.
std::optional<Layout> known_layout(Version version);

/// The first and the last version of the table.
Version oldest_known();
Version newest_known();

}  // namespace goroutines
