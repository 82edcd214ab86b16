// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <forklift/exit_status.hpp>
#include <forklift/export.hpp>
#include <forklift/fd.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace forklift {

/// A running program, owned: the destructor kills and reaps it.
///
/// Waiting and signalling go by pidfd: no SIGCHLD handler, no reuse of pids.
/// In the other half of a program that forks itself, a copy of a `Child` is
/// not the owner: it can wait, and its destructor leaves the program alone.
/// Threads: one at a time; distinct children are independent.
class FORKLIFT_EXPORT Child {
 public:
  using Duration = std::chrono::nanoseconds;

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  /// Kills and reaps unless the child has ended or was detached.
  ~Child();

  pid_t pid() const noexcept { return pid_; }
  /// Becomes readable when the child ends; -1 where the kernel has none.
  ///
  /// Since: Linux 5.3.
  int pidfd() const noexcept { return pidfd_.get(); }

  /// Our ends of the child's pipes; empty unless asked for with `Stdio::pipe`.
  Fd& in() noexcept { return stdio_[0]; }
  Fd& out() noexcept { return stdio_[1]; }
  Fd& err() noexcept { return stdio_[2]; }
  /// Our end of the pipe at any of the child's numbers; empty if there is none.
  Fd& pipe(int number) noexcept;

  /// Waits for the end. Closes `in()` first, so that a child that reads to the
  /// end does not wait for us.
  ///
  /// Errors: none; see `ExitStatus::lost`. Waiting again gives the same.
  ExitStatus wait() noexcept;
  /// Waits at most so long; nothing if the child still runs. Closes nothing.
  std::optional<ExitStatus> wait_for(Duration limit) noexcept;
  /// Looks whether it has ended.
  std::optional<ExitStatus> try_wait() noexcept { return wait_for(Duration(0)); }

  /// Sends a signal; false when the child has ended or the kernel refuses.
  bool kill(int signal) noexcept;
  /// SIGTERM, and SIGKILL if the child still runs after `grace`; then waits.
  ExitStatus stop(Duration grace) noexcept;
  /// Lets it run on its own: it is neither killed nor waited for. Later
  /// launches reap it, so that it leaves no zombie. Closes our pipe ends.
  void detach() noexcept;

 private:
  friend class Launch;
  Child() noexcept = default;
  void end() noexcept;

  pid_t pid_ = -1;  // -1: moved from, or detached
  Fd pidfd_;
  Fd stdio_[3];
  std::vector<std::pair<int, Fd>> others_;
  Fd none_;  // always empty
  std::optional<ExitStatus> ended_;
  std::uint64_t mark_ = 0;
};

}  // namespace forklift
