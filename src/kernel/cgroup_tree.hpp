// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

namespace forklift::kernel {

/// Sends a signal to every process in a cgroup of version 2 and in those below it.
///
/// SIGKILL uses cgroup.kill, which no fork escapes (Linux 5.14); without it,
/// and for other signals, each process is signalled by a pidfd, and for SIGKILL
/// until none is left. Other signals reach the processes that run at that
/// moment.
/// Errors: `-errno` of open(2) on the cgroup; -ESRCH if no process was signalled;
/// -EPERM if none may be, and for SIGKILL also if one is left that may not be.
long signal_cgroup(const char* path, int signal) noexcept;

/// Removes a cgroup and those below it, leaves first: the kernel refuses to
/// remove a cgroup that contains another.
///
/// Errors: `-errno` of rmdir(2) on the cgroup itself: -EBUSY while a process is
/// in the tree. Empty cgroups are removed all the same.
long remove_cgroup(const char* path) noexcept;

}  // namespace forklift::kernel
