// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace forklift::kernel {

/// The kernel's set of signals: bit `n - 1` stands for signal `n`.
using SignalSet = std::uint64_t;

inline constexpr int last_signal = 64;

constexpr SignalSet signal_bit(int signal) noexcept { return SignalSet{1} << (signal - 1); }

inline constexpr SignalSet all_signals = ~SignalSet{0};

/// Every signal but those that libc uses between threads: it cancels a thread by
/// one, and for setuid(2) sends the other to each thread and waits for all.
SignalSet programs_signals() noexcept;

/// The calling thread's signal mask.
SignalSet blocked_signals() noexcept;

/// Blocks signals on this thread until the end of scope.
///
/// A child starts with its parent's mask and runs on its memory: a handler that
/// ran there would write into the parent. So around a clone all are blocked, and
/// the kernel is asked directly, because libc keeps the signals of its own (32,
/// 33) out of `sigset_t`. The scope holds that one call: a setuid(2) in another
/// thread waits for as long. Any other scope blocks `programs_signals` only.
/// Threads: affects the calling thread only.
class SignalGuard {
 public:
  explicit SignalGuard(SignalSet blocked = all_signals) noexcept;
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

 private:
  SignalSet before_ = 0;
};

}  // namespace forklift::kernel
