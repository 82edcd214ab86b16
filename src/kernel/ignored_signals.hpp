// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "kernel/signal_guard.hpp"

namespace forklift::kernel {

inline constexpr int last_standard_signal = 31;

/// How old the answer of `ignored_standard_signals` may be.
inline constexpr std::chrono::nanoseconds ignored_signals_age = std::chrono::milliseconds(1);

/// The standard signals (1 to 31) that this process ignores, as they were at
/// most `ignored_signals_age` ago.
///
/// CLONE_CLEAR_SIGHAND leaves ignored signals ignored, and the kernel tells of
/// one signal a call: asking each time would cost a tenth of a launch.
/// Threads: any. Cost: a look at the clock; 31 system calls once per age.
SignalSet ignored_standard_signals() noexcept;

/// The real-time signals (32 to 64) that this process ignores now.
///
/// Threads: any. Cost: 33 system calls.
SignalSet ignored_realtime_signals() noexcept;

}  // namespace forklift::kernel
