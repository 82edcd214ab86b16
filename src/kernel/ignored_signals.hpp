// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/signal_guard.hpp"

namespace forklift::kernel {

inline constexpr int last_standard_signal = 31;

/// The standard signals (1 to 31) that this process ignores at this moment.
///
/// CLONE_CLEAR_SIGHAND leaves ignored signals ignored, and the kernel has no
/// call that tells about more than one. So this reads the `sigignore` field of
/// proc(5) `stat` through a descriptor kept open: one read instead of 29 calls.
/// Errors: none; without /proc it asks signal by signal.
/// Threads: any. Cost: one pread(2).
SignalSet ignored_standard_signals() noexcept;

/// The real-time signals (32 to 64) that this process ignores.
///
/// Threads: any. Cost: 33 system calls.
SignalSet ignored_realtime_signals() noexcept;

}  // namespace forklift::kernel
