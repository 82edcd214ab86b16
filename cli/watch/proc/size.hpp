// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>

#include "recording/event.hpp"

namespace watch {

/// Reads the size of a process without its memory lock: even while a fork holds
/// it, a read neither waits nor makes the process wait.
///
/// Threads: one at a time.
class SizeReader {
 public:
  explicit SizeReader(pid_t pid) : pid_(pid) {}

  /// Cached for 20 ms, since calls may come by the thousand.
  /// Empty once the process has ended.
  std::optional<Size> now();

  /// Counts the mappings, which may take the lock for reading: call it now and
  /// then while no call is in progress. Rarely counts if there are many.
  void count_mappings();

 private:
  std::optional<Size> read() const;

  pid_t pid_;
  Nanoseconds read_at_{};
  std::optional<Size> last_;
  std::size_t mappings_ = 0;
  Nanoseconds next_count_{};
};

}  // namespace watch
