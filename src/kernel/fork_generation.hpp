// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace forklift::kernel {

/// A number, never zero, unique to this process: after a fork of the whole
/// program the child reads a different one.
///
/// Objects that both processes would share by accident (a mailbox, a launch in
/// flight, a child) carry the mark of their creator, so that the forked process
/// can recognise foreign ones.
/// Threads: any. Cost: one load.
/// Since: MADV_WIPEONFORK Linux 4.14; before, one getpid(2) per call.
std::uint64_t fork_generation() noexcept;

}  // namespace forklift::kernel
