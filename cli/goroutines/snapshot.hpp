// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "goroutines/fork_lock.hpp"

namespace goroutines {

struct Frame {
  std::string function;  ///< as Go names it: "syscall.forkExec"
  std::string file;      ///< with its directory: "syscall/exec_unix.go"; empty if not known
  int line = 0;

  auto operator<=>(const Frame&) const = default;
};

struct Goroutine {
  std::uint64_t id = 0;
  std::string state;   ///< "running", "syscall", "runnable", "waiting", ...
  std::string reason;  ///< the reason of its wait, in Go's words: "chan receive"
  /// A minimum: Go records only when a garbage collection finds it blocked.
  std::optional<std::chrono::nanoseconds> blocked;
  std::optional<pid_t> thread;        ///< that it runs on, or is in a system call on
  std::optional<ForkLockWait> waits;  ///< for the ForkLock
  std::vector<Frame> stack;           ///< innermost first; without inlined functions
  std::optional<Frame> created_by;
  bool unsettled = false;  ///< it kept running while it was read: no stack
};

/// One look at a Go process, which runs meanwhile: each goroutine is consistent
/// in itself, but not with the others.
struct Snapshot {
  std::chrono::system_clock::time_point at;
  std::chrono::nanoseconds took{};
  std::optional<ForkLock> fork_lock;
  std::vector<Goroutine> goroutines;
  std::vector<std::string> missing;  ///< sentences: what could not be read, and why
};

}  // namespace goroutines
