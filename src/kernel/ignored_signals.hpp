// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "kernel/signal_guard.hpp"

namespace forklift::kernel {

inline constexpr int last_standard_signal = 31;

/// How old the answer of `ignored_signals` may be, for the standard signals (1 to
/// 31), and for the real-time signals, which hardly any program ignores.
inline constexpr std::chrono::nanoseconds ignored_standard_age = std::chrono::milliseconds(1);
inline constexpr std::chrono::nanoseconds ignored_realtime_age = std::chrono::milliseconds(100);

/// The signals that this process ignores, as they were at most their age ago.
///
/// CLONE_CLEAR_SIGHAND leaves ignored signals ignored, and the kernel reports one
/// signal a call: asking each time would cost a tenth of a launch.
/// Threads: any. Cost: a look at the clock; one system call for each signal once
/// per age.
SignalSet ignored_signals() noexcept;

}  // namespace forklift::kernel
