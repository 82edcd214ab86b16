// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Offsets by version, of 64-bit machines, for programs without debug information.
// They follow from the declarations in runtime/runtime2.go; each row names the
// sources that it was checked against. Users of a row must still check that it
// fits the goroutines.
#include <algorithm>
#include <array>

#include "goroutines/layout.hpp"

namespace goroutines {
namespace {

struct Row {
  Version first, last;
  Layout layout;
};

constexpr Layout go_1_8{.thread = 48,
                        .sched = 64,  // after g.stackAlloc
                        .syscall_sp = 120,
                        .syscall_pc = 128,
                        .status = 184,  // after g.stkbar and g.stkbarPos
                        .id = 192,
                        .wait_since = 200,
                        .wait_reason = 208,
                        .creator = 328,
                        .thread_id = 72,
                        .reason_is_text = true};

constexpr Layout go_1_9{.thread = 48,
                        .sched = 56,
                        .syscall_sp = 112,
                        .syscall_pc = 120,
                        .status = 144,
                        .id = 152,
                        .wait_since = 160,
                        .wait_reason = 168,
                        .creator = 288,
                        .thread_id = 72,
                        .reason_is_text = true};

// The reason becomes a number, after g.schedlink.
constexpr Layout go_1_11{.thread = 48,
                         .sched = 56,
                         .syscall_sp = 112,
                         .syscall_pc = 120,
                         .status = 144,
                         .id = 152,
                         .wait_since = 168,
                         .wait_reason = 176,
                         .creator = 280,
                         .thread_id = 72};

// After g.runnableStamp and g.runnableTime.
constexpr Layout go_1_17 = [] {
  Layout layout = go_1_11;
  layout.creator = 296;
  return layout;
}();

// g.sysexitticks, traceseq and tracelastp are removed, g.parentGoid is added.
constexpr Layout go_1_21 = go_1_11;

// After g.syscallbp.
constexpr Layout go_1_23{.thread = 48,
                         .sched = 56,
                         .syscall_sp = 112,
                         .syscall_pc = 120,
                         .status = 152,
                         .id = 160,
                         .wait_since = 176,
                         .wait_reason = 184,
                         .creator = 288,
                         .thread_id = 72};

// gobuf.ret is removed.
constexpr Layout go_1_25{.thread = 48,
                         .sched = 56,
                         .syscall_sp = 104,
                         .syscall_pc = 112,
                         .status = 144,
                         .id = 152,
                         .wait_since = 168,
                         .wait_reason = 176,
                         .creator = 280,
                         .thread_id = 64};

constexpr std::array rows = {
    // Parts of the source of 1.8; `creator` follows from 1.9's order of fields.
    Row{{1, 8}, {1, 8}, go_1_8},
    // The source of 1.9.2; 1.10 is taken to be the same.
    Row{{1, 9}, {1, 10}, go_1_9},
    // The source of 1.12.6, parts of 1.14 to 1.16: they differ in single bytes only.
    Row{{1, 11}, {1, 16}, go_1_11},
    // The debug information of 1.19, the source of 1.20.6, parts of 1.17 and 1.18.
    Row{{1, 17}, {1, 20}, go_1_17},
    // Parts of the sources of 1.21 and 1.22.
    Row{{1, 21}, {1, 22}, go_1_21},
    // Parts of the sources of 1.23 and 1.24.
    Row{{1, 23}, {1, 24}, go_1_23},
    // The source of 1.25.3, and one on the way to 1.26.
    Row{{1, 25}, {1, 26}, go_1_25},
};

}  // namespace

std::optional<Layout> known_layout(Version version) {
  const auto* const row = std::ranges::find_if(
      rows, [version](const Row& each) { return each.first <= version && version <= each.last; });
  return row == rows.end() ? std::nullopt : std::optional(row->layout);
}

Version oldest_known() { return rows.front().first; }
Version newest_known() { return rows.back().last; }

}  // namespace goroutines
