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

/// Whether an event loop is to wait for a launch.
enum class Notice {
  none,     ///< nobody but `Launch::wait_for` and `Launch::finish` does
  hang_up,  ///< `Launch::descriptor` hangs up when the launch is done
};

/// A launch in flight: the call that made it has returned, and the child is on
/// its way to exec on memory that this object owns.
///
/// Threads: one at a time. Destroying it kills the child. One that was moved from
/// or finished is empty: it is done, has no numbers, and `finish` is an error.
class FORKLIFT_EXPORT Launch {
 public:
  Launch(Launch&& other) noexcept;
  Launch& operator=(Launch&& other) noexcept;
  ~Launch();

  pid_t pid() const noexcept;
  /// Whether it is known by now that the program runs or could not be run.
  bool done() const noexcept { return wait_for(std::chrono::nanoseconds(0)); }
  /// Waits for that at most so long.
  bool wait_for(std::chrono::nanoseconds limit) const noexcept;

  /// A pipe whose other end only the child holds, until exec: poll(2) answers
  /// POLLHUP, which need not be asked for, when the launch is done. -1 unless
  /// started with `Notice::hang_up`.
  ///
  /// Wait for `pidfd`, too: a child that is killed before its first steps cannot
  /// hang up. And look at `done` now and then: a fork elsewhere in this process
  /// can hold a copy of the other end, for as long as its child lives.
  int descriptor() const noexcept;
  /// Becomes readable when the child ends; -1 where the kernel has none.
  int pidfd() const noexcept;
  /// When the command's deadline passes; `finish` does not wait any longer.
  std::optional<std::chrono::steady_clock::time_point> deadline() const noexcept;
  /// Kills the child and waits for nothing: the launch is done soon, and `finish`
  /// says that its deadline passed, if it has, or that it was not wanted any more.
  /// If the program already runs, `finish` gives a child that dies.
  void kill() noexcept;

  /// Waits for that as long as the command's deadline allows, counted from the
  /// start, and gives the child or the reason why there is none.
  ///
  /// Errors: `LaunchError`; the child is then reaped or, if it cannot die yet,
  /// killed and reaped by a later launch.
  std::expected<Child, LaunchError> finish() &&;

 private:
  friend class Command;
  friend class LaunchGroup;
  /// As `finish`, with the descriptors that it would close put into `kept`.
  std::expected<Child, LaunchError> finish(std::vector<Fd>& kept) &&;
  explicit Launch(launch::InFlight* record) noexcept : record_(record) {}
  void give_up() noexcept;

  launch::InFlight* record_;
};

}  // namespace forklift
