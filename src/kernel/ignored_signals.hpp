// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "kernel/signal_guard.hpp"

namespace forklift::kernel {

inline constexpr int last_standard_signal = 31;

/// The maximum age of `ignored_signals` for the standard signals (1 to 31), and
/// for the real-time signals, which are rarely ignored.
inline constexpr std::chrono::nanoseconds ignored_standard_age = std::chrono::milliseconds(1);
inline constexpr std::chrono::nanoseconds ignored_realtime_age = std::chrono::milliseconds(100);

/// The signals that this process ignores, at most their age old.
///
/// CLONE_CLEAR_SIGHAND keeps ignored signals ignored, and the kernel reports
/// one signal per call: querying each time would cost a tenth of a launch.
/// Threads: any. Cost: one clock read; one system call for each signal once per
/// age.
SignalSet ignored_signals() noexcept;

}  // namespace forklift::kernel
