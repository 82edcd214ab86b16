// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The three things that the library waits for: a word that the kernel clears, a
// descriptor that becomes readable, a point in time.

#pragma once

#include <cstdint>

#include "kernel/deadline.hpp"

namespace forklift::kernel {

/// Waits until `word` is zero; false at the deadline.
///
/// The kernel clears a CLONE_CHILD_CLEARTID word and wakes a futex that is not
/// private, so this one is not private either (kernel/fork.c, `mm_release`).
bool wait_until_cleared(const std::uint32_t& word, Deadline deadline) noexcept;

/// Waits until the kernel marks `word`, a robust futex, as owner died.
///
/// Requires: `word` holds the owner's tid, and lies in memory shared with it.
/// Since: the mark is made at exit and at exec (kernel/futex/core.c).
bool wait_until_owner_died(std::uint32_t& word, Deadline deadline) noexcept;

/// Waits until `descriptor` is readable or hung up; false at the deadline.
bool wait_until_readable(int descriptor, Deadline deadline) noexcept;

/// Waits until the other end of `pipe` is closed everywhere, or the process of
/// `pidfd` (-1: none) has ended.
bool wait_until_hung_up(int pipe, int pidfd, Deadline deadline) noexcept;

/// Waits until `word` differs from `seen`; false at the deadline.
bool wait_until_changed(const std::uint32_t& word, std::uint32_t seen, Deadline deadline) noexcept;

/// Wakes all waiters on `word`, in any process that shares it.
void wake_all(const std::uint32_t& word) noexcept;

}  // namespace forklift::kernel
