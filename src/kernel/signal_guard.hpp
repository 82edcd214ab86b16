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

/// Every signal except libc's internal ones: it cancels a thread with one, and
/// for setuid(2) sends the other to each thread and waits for all.
SignalSet programs_signals() noexcept;

/// The calling thread's signal mask.
SignalSet blocked_signals() noexcept;

/// Blocks signals on this thread until the end of scope.
///
/// A child starts with its parent's mask and runs on its memory: a handler
/// there would write into the parent. So around a clone all are blocked, by a
/// direct system call, because libc keeps its own signals (32, 33) out of
/// `sigset_t`. The scope covers that one call: a setuid(2) in another thread
/// waits meanwhile. Any other scope blocks `programs_signals` only.
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
