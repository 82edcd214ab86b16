// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <forklift/exit_status.hpp>
#include <forklift/fd.hpp>
#include <forklift/input.hpp>
#include <forklift/sink.hpp>
#include <limits>
#include <optional>
#include <string>

namespace forklift {

/// Streams and limits of `Command::output`, `Child::communicate` and
/// `Pipeline::output`.
struct OutputOptions {
  /// Written to standard input while the output is read. A child that stops
  /// reading is not an error.
  Input input = {};
  Sink out = {};
  Sink err = {};
  /// Bytes kept of each stream in memory or a file. The rest is read and
  /// discarded, so that the child does not block, and the stream is reported as
  /// truncated.
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  /// After this time the child and its tree are stopped (`kill_tree`). The time in
  /// callbacks counts, but callbacks are not interrupted.
  std::optional<std::chrono::nanoseconds> timeout = std::nullopt;
  /// The time between SIGTERM and SIGKILL once `timeout` has passed.
  std::chrono::nanoseconds grace = std::chrono::milliseconds(100);
  /// How long to continue reading, after the child's end, from a pipe that a
  /// grandchild still holds.
  std::chrono::nanoseconds drain = std::chrono::seconds(1);
};

/// The data of a child's standard streams.
struct Captured {
  std::string out;
  std::string err;
  Fd out_memfd;  ///< of `Sink::memfd`
  Fd err_memfd;
  bool out_truncated = false;  ///< by the limit, or by the drain deadline
  bool err_truncated = false;
  bool input_refused = false;  ///< the child did not read all of the input
  bool timed_out = false;      ///< stopped because `timeout` passed; see `ExitStatus::still_running`
  bool drain_passed = false;   ///< gave up: a process still held a pipe
};

/// The same, and how the program ended.
struct Output : Captured {
  ExitStatus status;
};

}  // namespace forklift
