// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <forklift/exit_status.hpp>
#include <forklift/export.hpp>
#include <forklift/fd.hpp>
#include <forklift/guarantees.hpp>
#include <forklift/output.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace forklift {

/// A running program, owned: the destructor kills and reaps it.
///
/// Waiting and signals use a pidfd: no SIGCHLD handler, no reuse of pids.
/// After a fork of the whole program, the copy of a `Child` in the new process
/// owns nothing: it can wait, and its destructor leaves the program running.
///
/// A child that has become another user (sudo) cannot be signalled. Calls that kill
/// (`stop`, `stop_tree`, the time limit of `communicate`, the destructor,
/// `Operation::cancel` with SIGKILL) do not wait for such a child: the status is `ExitStatus::still_running`, the child runs
/// on, and later launches reap it. A cgroup of its own is killed nevertheless.
/// Threads: one at a time; distinct children are independent.
class FORKLIFT_EXPORT Child {
 public:
  using Duration = std::chrono::nanoseconds;

  /// An empty child, as after a move: it has ended, and its status is lost.
  Child() noexcept = default;
  /// For the library: what a launch leaves to its child.
  struct Parts;
  explicit Child(Parts&& parts);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  /// Kills and reaps unless the child has ended or was detached. A child that
  /// cannot be killed runs on, and later launches reap it.
  ~Child();

  pid_t pid() const noexcept { return pid_; }
  /// Whether there is an end to wait for, as far as is known; does not check.
  bool is_awaited() const noexcept { return pid_ >= 0 && !ended_; }
  /// Becomes readable when the child ends; -1 where the kernel has no pidfds. An
  /// event loop may set it to non-blocking and leave it so, as Asio does.
  ///
  /// Since: Linux 5.3.
  int pidfd() const noexcept { return pidfd_.get(); }

  /// The descriptor by which an event loop notices the end: the pidfd or, where
  /// the kernel has none, a pipe that a thread of the library closes; -1 if
  /// neither is available, or for an empty child.
  ///
  /// Cost: without pidfds, one thread that waits for all children of the process
  /// and reaps none, and a pipe for each child that this is called on.
  int announce_end() noexcept;

  /// Our ends of the child's pipes; empty unless asked for with `Stdio::pipe`.
  Fd& in() noexcept { return stdio_[0]; }
  Fd& out() noexcept { return stdio_[1]; }
  Fd& err() noexcept { return stdio_[2]; }
  /// Our end of the pipe at any of the child's numbers; empty if there is none.
  Fd& pipe(int number) noexcept;

  /// Writes to `in()` as write(2) does, and returns the number of bytes
  /// written. Raises no SIGPIPE when the reader has gone.
  ///
  /// Errors: those of write(2): EPIPE without a reader, EBADF without a pipe.
  std::expected<std::size_t, std::error_code> write_in(std::string_view bytes) noexcept;

  /// Our end of its pseudoterminal; empty without `Command::pty`. Reads fail
  /// with EIO once no process has the other end open.
  Fd& terminal() noexcept { return terminal_; }

  /// The guarantees that this launch got from the kernel.
  const Guarantees& guarantees() const noexcept { return guarantees_; }
  /// The path of the cgroup made for this child; empty if none was.
  const std::string& cgroup() const noexcept { return cgroup_; }

  /// Waits for the end. Closes `in()` first, so that a child that reads to the
  /// end does not wait for us.
  ///
  /// Errors: none; see `ExitStatus::lost`. Waiting again returns the same status.
  ExitStatus wait() noexcept;
  /// Waits for at most this long; empty if the child still runs. Closes nothing.
  std::optional<ExitStatus> wait_for(Duration limit) noexcept;
  /// Returns the status if the child has ended, without waiting. A cgroup made for
  /// it in which something still runs is removed a little later, by a thread.
  std::optional<ExitStatus> try_wait() noexcept { return wait_for(Duration(0)); }

  /// Sends a signal; false when the child has ended or the kernel refuses.
  bool kill(int signal) noexcept;
  /// Sends SIGTERM, with SIGCONT in case the child is stopped, and SIGKILL if
  /// it still runs after `grace`; then waits, unless the kernel refuses to kill
  /// it.
  ExitStatus stop(Duration grace) noexcept;

  /// Sends a signal to the child and the processes that it started. Returns which
  /// of them the signal reaches, or nothing if none is left or the kernel refuses.
  /// Processes that moved to another group or cgroup are not reached.
  ///
  /// Requires: a process group or cgroup of its own (`process_group`,
  /// `new_session`, `Cgroup::create`); otherwise only the child gets the signal.
  /// Unrelated processes are never hit: before Linux 6.9 the group is signalled
  /// only until the child has been waited for, since its number is reserved until
  /// then.
  std::optional<Tree> kill_tree(int signal = 9) noexcept;

  /// The result of `stop_tree`.
  struct TreeStop {
    ExitStatus status;
    std::optional<Tree> reached;  ///< by either signal; the larger reach
  };
  /// Sends SIGTERM to the tree, and SIGKILL to what remains of it after `grace` or,
  /// if sooner, after the end of the child; then waits.
  TreeStop stop_tree(Duration grace) noexcept;

  /// Writes the child's standard input and reads its output at the same time,
  /// whatever the amount, and waits for the end. Uses those of `in()`, `out()`
  /// and `err()` that are pipes, and closes them; `terminal()` takes the place of an
  /// `out()` that is none.
  ///
  /// Errors: std::system_error if a file cannot be read or written; exceptions of
  /// callbacks. The child's tree is then killed, and the child reaped.
  Output communicate(const OutputOptions& options = {});

  /// Lets the program run on its own: it is neither killed nor waited for. Later
  /// launches reap it, so it leaves no zombie. Closes our pipe ends.
  void detach() noexcept;

  /// Releases ownership to code that waits by pid: the library no longer kills or
  /// reaps the child. Returns the pidfd, empty where the kernel has none. Closes
  /// our pipe ends; a cgroup made for the child stays.
  ///
  /// Requires: it has not been waited for.
  [[nodiscard]] Fd release() noexcept;

 private:
  friend class Communicator;
  friend class LaunchGroup;
  friend class OperationState;
  friend void end_trees(std::span<Child> children) noexcept;
  int end_descriptor() const noexcept { return pidfd_ ? pidfd_.get() : announced_.get(); }
  void end() noexcept;
  bool leave_if_unkillable() noexcept;
  bool signal_or_leave(int signal) noexcept;
  ExitStatus wait_killed(std::optional<Tree> reached) noexcept;
  void forget() noexcept;
  void note_end(std::optional<ExitStatus> status, Duration patience) noexcept;

  pid_t pid_ = -1;  // -1: moved from, or detached
  Fd pidfd_;
  Fd announced_;  // hangs up at the end, where there is no pidfd
  Fd stdio_[3];
  std::vector<std::pair<int, Fd>> others_;
  Fd none_;  // always empty
  Fd terminal_;
  Guarantees guarantees_;
  std::string cgroup_;
  std::optional<ExitStatus> ended_;
  std::uint64_t mark_ = 0;
};

}  // namespace forklift
