// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "recording/event.hpp"

namespace watch {

/// The registers that unwinding starts with, as in struct user_regs_struct; on
/// AArch64 x0 to x30, sp and pc in `general`.
struct Registers {
#if defined(__x86_64__)
  std::uint64_t ip = 0, sp = 0, bp = 0, ax = 0, bx = 0, cx = 0, dx = 0, si = 0, di = 0, r8 = 0,
                r9 = 0, r10 = 0, r11 = 0, r12 = 0, r13 = 0, r14 = 0, r15 = 0;
#else
  std::uint64_t general[33] = {};
#endif
};

/// A part of a thread's stack, copied at an event.
struct StackCopy {
  pid_t thread = 0;
  Registers registers;
  std::span<const std::byte> bytes;                 ///< from the stack pointer upward
  std::span<const std::uint64_t> return_addresses;  ///< by frame pointers, as the kernel found them
};

/// Symbolizes stacks without frame pointers and without stopping threads.
///
/// Threads: one at a time. Cost: some 100 us a stack once its modules are read.
class Unwinder {
 public:
  /// Errors: throws `std::runtime_error` where the process cannot be read.
  explicit Unwinder(pid_t pid);
  ~Unwinder();
  Unwinder(const Unwinder&) = delete;

  /// By the copied bytes, or by the return addresses where those reach further.
  /// Names functions generated at run time by /tmp/perf-PID.map, if it exists.
  Stack names(const StackCopy& copy);
  /// Names addresses only, innermost first.
  Stack names(std::span<const std::uint64_t> addresses);
  /// The process executes another program: everything is read again.
  void forget();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace watch
