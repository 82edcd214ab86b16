// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <array>

#include "goroutines/layout.hpp"

namespace goroutines {
namespace {

constexpr Layout go_1_19{.thread = 48,
                         .sched = 56,
                         .syscall_sp = 112,
                         .syscall_pc = 120,
                         .status = 144,
                         .id = 152,
                         .wait_since = 168,
                         .wait_reason = 176,
                         .creator = 296,
                         .thread_id = 72};

}  // namespace

std::optional<Layout> known_layout(Version version) {
  if (version == Version{1, 19}) return go_1_19;
  return std::nullopt;
}

Version oldest_known() { return {1, 19}; }
Version newest_known() { return {1, 19}; }

}  // namespace goroutines
