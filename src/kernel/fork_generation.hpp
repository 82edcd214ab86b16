// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace forklift::kernel {

/// A number, never zero, that is this process's own: after a fork of the whole
/// program the other half reads a different one.
///
/// What the two halves would share by accident (a mailbox, a launch in flight,
/// a child) carries the mark under which it was made, so the forked half can
/// tell that it is not its own.
/// Threads: any. Cost: one load.
/// Since: MADV_WIPEONFORK Linux 4.14; before it, one getpid(2) a call.
std::uint64_t fork_generation() noexcept;

}  // namespace forklift::kernel
