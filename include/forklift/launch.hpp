// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <expected>
#include <forklift/child.hpp>
#include <forklift/error.hpp>
#include <forklift/export.hpp>
#include <optional>
#include <vector>

namespace forklift {

namespace launch {
struct InFlight;
}

/// Whether a launch provides a descriptor for event loops.
enum class Notice {
  none,     ///< no; only `Launch::wait_for` and `Launch::finish` wait
  hang_up,  ///< `Launch::descriptor` hangs up when the launch is done
};

/// A launch in flight: `start` has returned, and the child runs towards exec on
/// memory that this object owns.
///
/// Threads: one at a time. The destructor kills the child. A launch that was moved
/// from or finished is empty: it is done, has no descriptors, and `finish` fails.
class FORKLIFT_EXPORT Launch {
 public:
  Launch(Launch&& other) noexcept;
  Launch& operator=(Launch&& other) noexcept;
  ~Launch();

  pid_t pid() const noexcept;
  /// Whether the program runs or has failed to launch.
  bool done() const noexcept { return wait_for(std::chrono::nanoseconds(0)); }
  /// Waits for that, for at most this long.
  bool wait_for(std::chrono::nanoseconds limit) const noexcept;

  /// A pipe whose other end only the child holds, until exec: poll(2) returns
  /// POLLHUP, which need not be requested, when the launch is done. -1 unless
  /// started with `Notice::hang_up`.
  ///
  /// Wait for `pidfd`, too: a child that is killed before its first steps cannot
  /// hang up. Also call `done` periodically: a fork elsewhere in this process can
  /// hold a copy of the other end until its child ends.
  int descriptor() const noexcept;
  /// Becomes readable when the child ends; -1 where the kernel has none.
  int pidfd() const noexcept;
  /// When the command's deadline passes; `finish` does not wait any longer.
  std::optional<std::chrono::steady_clock::time_point> deadline() const noexcept;
  /// Kills the child without waiting: the launch is done soon, and `finish` reports
  /// ETIMEDOUT if the deadline has passed, else ECANCELED ("cancelled").
  /// If the program already runs, `finish` returns a child that is being killed.
  void kill() noexcept;

  /// Waits until the launch is done, at most until the deadline of the command,
  /// which counts from the start. Returns the child or the error.
  ///
  /// Errors: `LaunchError`; the child has been reaped or, if it cannot die yet, has
  /// been killed, and a later launch reaps it.
  std::expected<Child, LaunchError> finish() &&;

 private:
  friend class Command;
  friend class LaunchGroup;
  /// As `finish`, with the descriptors that it would close put into `kept`.
  std::expected<Child, LaunchError> finish(std::vector<Fd>& kept) &&;
  explicit Launch(launch::InFlight* record) noexcept : record_(record) {}
  void give_up() noexcept;
  bool is_unkillable() const noexcept;

  launch::InFlight* record_;
};

}  // namespace forklift
