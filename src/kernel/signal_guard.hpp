// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace forklift::kernel {

/// The kernel's set of signals: bit `n - 1` stands for signal `n`.
using SignalSet = std::uint64_t;

inline constexpr int last_signal = 64;

constexpr SignalSet signal_bit(int signal) noexcept { return SignalSet{1} << (signal - 1); }

/// The calling thread's signal mask.
SignalSet blocked_signals() noexcept;

/// Blocks every signal on this thread until the end of scope.
///
/// A child starts with its parent's mask and runs on its memory: a handler that
/// ran there would write into the parent. The kernel is asked directly, because
/// libc keeps the two signals of its own (32, 33) out of `sigset_t`.
/// Threads: affects the calling thread only.
class SignalGuard {
 public:
  SignalGuard() noexcept;
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

 private:
  SignalSet before_ = 0;
};

}  // namespace forklift::kernel
