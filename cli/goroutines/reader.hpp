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

/// The process has ended, or is about to: its memory is gone already.
class Ended : public Refusal {
 public:
  using Refusal::Refusal;
};

/// Looks into a Go process from outside: it is neither stopped nor signalled,
/// nothing of it is written.
///
/// Threads: one at a time.
class Reader {
 public:
  /// Reads what does not change: symbols, layout, lines.
  ///
  /// Errors: throws `Refusal` in one line where there is no such process, no Go
  /// program, no right to read its memory, or a version of Go that is not known.
  /// Cost: some ten milliseconds, more for a large program with debug information.
  explicit Reader(pid_t pid);
  ~Reader();
  Reader(const Reader&) = delete;

  const std::string& name() const;     ///< comm
  const std::string& version() const;  ///< "go1.19.8"

  /// Where syscall.ForkLock lies; none if that is not known.
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
