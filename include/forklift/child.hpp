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
/// Waiting and signalling go by pidfd: no SIGCHLD handler, no reuse of pids.
/// In the other half of a program that forks itself, a copy of a `Child` is
/// not the owner: it can wait, and its destructor leaves the program alone.
///
/// A child that has become another user (sudo) cannot be signalled. What kills
/// (`stop`, `stop_tree`, the time limit of `communicate`, the destructor) does not
/// wait for such a child: the status is `ExitStatus::still_running`, the child runs
/// on, and later launches reap it. A cgroup of its own ends it all the same.
/// Threads: one at a time; distinct children are independent.
class FORKLIFT_EXPORT Child {
 public:
  using Duration = std::chrono::nanoseconds;

  /// None, as one that was moved from: it has ended, and its status is lost.
  Child() noexcept = default;
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  /// Kills and reaps unless the child has ended or was detached. A child that
  /// cannot be killed runs on, and later launches reap it.
  ~Child();

  pid_t pid() const noexcept { return pid_; }
  /// Becomes readable when the child ends; -1 where the kernel has none. An event
  /// loop that has waited for it may leave it non-blocking, as Asio does.
  ///
  /// Since: Linux 5.3.
  int pidfd() const noexcept { return pidfd_.get(); }

  /// What an event loop waits for to learn of the end: the pidfd or, where the
  /// kernel has none, a pipe that one thread of the library closes; -1 if there
  /// can be none, or no child.
  ///
  /// Cost: without pidfds that thread, which waits for any child of the process
  /// and reaps none, and a pipe for each child that this is asked of.
  int announce_end() noexcept;

  /// Our ends of the child's pipes; empty unless asked for with `Stdio::pipe`.
  Fd& in() noexcept { return stdio_[0]; }
  Fd& out() noexcept { return stdio_[1]; }
  Fd& err() noexcept { return stdio_[2]; }
  /// Our end of the pipe at any of the child's numbers; empty if there is none.
  Fd& pipe(int number) noexcept;

  /// Writes to `in()` as write(2) does, and gives how much was taken. No SIGPIPE is
  /// raised when the reader has gone.
  ///
  /// Errors: those of write(2): EPIPE without a reader, EBADF without a pipe.
  std::expected<std::size_t, std::error_code> write_in(std::string_view bytes) noexcept;

  /// Our end of its pseudoterminal; empty without `Command::pty`. Reads fail
  /// with EIO once nobody has the other end open.
  Fd& terminal() noexcept { return terminal_; }

  /// What the launch could assure.
  const Guarantees& guarantees() const noexcept { return guarantees_; }
  /// The path of the cgroup made for this child; empty if none was.
  const std::string& cgroup() const noexcept { return cgroup_; }

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
  /// SIGTERM, with SIGCONT in case the child is stopped, and SIGKILL if it still
  /// runs after `grace`; then waits, unless it cannot be killed.
  ExitStatus stop(Duration grace) noexcept;

  /// Sends a signal to the child and to what it has started, and says whom that
  /// reached; nothing if nobody was left or the kernel refuses. What is in
  /// another group or cgroup by then is not reached.
  ///
  /// Requires: a process group or cgroup of its own (`process_group`,
  /// `new_session`, `Cgroup::create`), else the child alone gets the signal.
  /// Nobody else can be hit: before Linux 6.9 the group is signalled only until
  /// the child has been waited for, as its number is reserved until then.
  std::optional<Tree> kill_tree(int signal = 9) noexcept;

  /// What `stop_tree` came to.
  struct TreeStop {
    ExitStatus status;
    std::optional<Tree> reached;  ///< by one of the signals, the farther one
  };
  /// SIGTERM to the tree, SIGKILL to what is left of it after `grace` or, if
  /// sooner, after the child's end; then waits.
  TreeStop stop_tree(Duration grace) noexcept;

  /// Feeds the child's standard input and takes what it writes, all at once and
  /// however much it is, and waits for the end. Works on those of `in()`, `out()`
  /// and `err()` that are pipes, and closes them.
  ///
  /// Errors: std::system_error if a file cannot be read or written; and whatever a
  /// callback throws. The child's tree is then killed, and the child reaped.
  Output communicate(const OutputOptions& options = {});

  /// Lets it run on its own: it is neither killed nor waited for. Later
  /// launches reap it, so that it leaves no zombie. Closes our pipe ends.
  void detach() noexcept;

  /// Gives the child up to somebody who waits for it by its pid: nobody here
  /// kills or reaps it any more. What is returned is its pidfd, empty where the
  /// kernel has none. Closes our pipe ends; a cgroup made for it stays.
  ///
  /// Requires: it has not been waited for.
  [[nodiscard]] Fd release() noexcept;

 private:
  friend class Launch;
  friend class Communicator;
  friend class LaunchGroup;
  friend class Underway;
  friend void end_trees(std::span<Child> children) noexcept;
  /// Whether it runs as far as is known, without looking.
  bool is_awaited() const noexcept { return pid_ >= 0 && !ended_; }
  int end_descriptor() const noexcept { return pidfd_ ? pidfd_.get() : announced_.get(); }
  void end() noexcept;
  bool leave_if_unkillable() noexcept;
  ExitStatus wait_killed(std::optional<Tree> reached) noexcept;
  void forget() noexcept;
  void note_end(std::optional<ExitStatus> status) noexcept;

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
