// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <expected>
#include <forklift/child.hpp>
#include <forklift/error.hpp>
#include <forklift/export.hpp>

namespace forklift {

namespace launch {
struct InFlight;
}

/// A launch in flight: the call that made it has returned, and the child is on
/// its way to exec on memory that this object owns.
///
/// Threads: one at a time. Destroying it kills the child.
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

  /// Waits for that as long as the command's deadline allows, counted from the
  /// start, and gives the child or the reason why there is none.
  ///
  /// Errors: `LaunchError`; the child is then reaped or, if it cannot die yet,
  /// killed and reaped by a later launch.
  std::expected<Child, LaunchError> finish() &&;

 private:
  friend class Command;
  explicit Launch(launch::InFlight* record) noexcept : record_(record) {}
  void give_up() noexcept;

  launch::InFlight* record_;
};

}  // namespace forklift
