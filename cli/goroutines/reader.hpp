// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "goroutines/snapshot.hpp"
#include "refusal.hpp"
#include "recording/event.hpp"

namespace goroutines {

/// The process has ended, or is about to: its memory is gone.
class Ended : public Refusal {
 public:
  using Refusal::Refusal;
};

/// Reads a Go process from outside: it is neither stopped nor signalled, and
/// nothing is written.
///
/// Threads: one at a time.
class Reader {
 public:
  /// Reads the constant parts: symbols, layout, lines.
  ///
  /// Errors: throws `Refusal` in one line if there is no such process, not a Go
  /// program, no permission to read it, or an unknown version of Go.
  /// Cost: some ten milliseconds, more for a large program with debug information.
  explicit Reader(pid_t pid);
  ~Reader();
  Reader(const Reader&) = delete;

  const std::string& name() const;     ///< comm
  const std::string& version() const;  ///< "go1.19.8"

  /// The address of syscall.ForkLock; none if not known.
  std::optional<std::uint64_t> fork_lock_address() const;

  /// None if its address is not known or the process has ended.
  /// Cost: one system call, some microseconds.
  std::optional<watch::ForkLockState> fork_lock() const;

  /// Errors: throws `Ended`.
  /// Cost: some microseconds a goroutine.
  Snapshot look();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace goroutines
