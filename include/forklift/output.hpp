// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <forklift/exit_status.hpp>
#include <limits>
#include <optional>
#include <string>

namespace forklift {

/// Bounds of `Command::output`.
struct OutputOptions {
  /// Bytes kept of each stream. What comes beyond is read and thrown away, so
  /// that the child does not block, and the stream is reported as truncated.
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  /// After so long the child is stopped.
  std::optional<std::chrono::nanoseconds> timeout = std::nullopt;
  /// How long after SIGTERM the child is killed when `timeout` has passed.
  std::chrono::nanoseconds grace = std::chrono::milliseconds(100);
  /// How long after the child's end to go on reading from a pipe that a
  /// grandchild still holds.
  std::chrono::nanoseconds drain = std::chrono::seconds(1);
};

/// What a program wrote, and how it ended.
struct Output {
  ExitStatus status;
  std::string out;
  std::string err;
  bool out_truncated = false;  ///< by the limit, or by the drain deadline
  bool err_truncated = false;
  bool timed_out = false;  ///< stopped because `timeout` passed
};

}  // namespace forklift
