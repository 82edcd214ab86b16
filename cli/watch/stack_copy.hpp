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

/// The registers that unwinding begins with, as in struct user_regs_struct;
/// on AArch64 x0 to x30, sp and pc in `general`.
struct Registers {
#if defined(__x86_64__)
  std::uint64_t ip = 0, sp = 0, bp = 0, ax = 0, bx = 0, cx = 0, dx = 0, si = 0, di = 0, r8 = 0,
                r9 = 0, r10 = 0, r11 = 0, r12 = 0, r13 = 0, r14 = 0, r15 = 0;
#else
  std::uint64_t general[33] = {};
#endif
};

/// A piece of a thread's stack, copied when something happened to it.
struct StackCopy {
  pid_t thread = 0;
  Registers registers;
  std::span<const std::byte> bytes;                 ///< from the stack pointer upward
  std::span<const std::uint64_t> return_addresses;  ///< by frame pointers, as the kernel found them
};

/// Makes names of stacks, without frame pointers and without stopping anybody.
///
/// Threads: one at a time. Cost: some 100 us a stack once its modules are read.
class Unwinder {
 public:
  /// Errors: throws `std::runtime_error` where the process cannot be looked at.
  explicit Unwinder(pid_t pid);
  ~Unwinder();
  Unwinder(const Unwinder&) = delete;

  /// By the copied bytes, or by the return addresses where those lead further.
  /// Functions made at run time are named by /tmp/perf-PID.map, where there is one.
  Stack names(const StackCopy& copy);
  /// Names of addresses alone, innermost first.
  Stack names(std::span<const std::uint64_t> addresses);
  /// The process executes another program: all is read anew.
  void forget();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace watch
