// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "kernel/deadline.hpp"

namespace forklift::kernel {

/// A child by its pid and, if the kernel has them, its pidfd (else -1).
struct Process {
  pid_t pid = -1;
  int pidfd = -1;
};

/// The result of checking a child.
struct Reaped {
  enum class State {
    running,  ///< not ended yet
    ended,    ///< `status` is that of wait(2)
    lost      ///< it ended, and other code took its status
  };
  State state = State::running;
  int status = 0;
  bool has_usage = false;  ///< a stolen status comes without resource usage
  rusage usage{};
};

/// Looks for the end of a child, or waits for it, and reaps nothing (WNOWAIT).
///
/// `kind`, `id` and `options` are those of waitid(2), which WEXITED is added to. With
/// WNOHANG, `end.si_pid` is 0 while none has ended.
/// Errors: `-errno` of waitid(2); -ECHILD when there is no such child. Never -EINTR.
/// Threads: any.
long peek(int kind, int id, siginfo_t& end, int options) noexcept;

/// Checks once whether the child has ended, and reaps it if so.
///
/// A status taken by another waitpid(2), or discarded because SIGCHLD is
/// ignored, is read from the pidfd instead (PIDFD_INFO_EXIT).
/// Errors: none; an unavailable status is `lost`.
/// Since: waitid(P_PIDFD) Linux 5.4, PIDFD_INFO_EXIT Linux 6.15.
Reaped try_reap(Process child) noexcept;

/// Waits for the end of the child and reaps it; `running` at the deadline.
Reaped reap(Process child, Deadline deadline = Deadline::never()) noexcept;

/// Sends a signal; by pid only while the pid cannot be reused.
///
/// Errors: `-errno` of pidfd_send_signal(2); -ESRCH when the child has been reaped.
long send_signal(Process child, int signal) noexcept;

/// Sends a signal to the process group that the child leads.
///
/// By pidfd since Linux 6.9, even if the child itself has been reaped; before
/// that by number, and only while the child reserves it.
/// Errors: `-errno` of pidfd_send_signal(2), kill(2); -ESRCH for an empty
/// group.
long send_signal_to_group(Process child, int signal) noexcept;

/// Waits for the end of the child and leaves it unreaped, so that its number
/// and its group's stay reserved; false at the deadline.
bool await_end(Process child, Deadline deadline) noexcept;

/// The exit status that the kernel keeps for a pidfd, or `-errno`.
///
/// Requires: the process has ended; a concurrent reaper gets 50 ms to finish.
/// Since: Linux 6.15.
long exit_status_of(int pidfd, int& status) noexcept;

}  // namespace forklift::kernel
