// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

namespace forklift::kernel {

/// Sends a signal to every process in a cgroup of version 2 and in those below it.
///
/// SIGKILL goes by cgroup.kill, which no fork escapes (Linux 5.14); without it,
/// and for any other signal, each process is signalled by a pidfd, and for
/// SIGKILL until none is left. What another signal meets is what runs at that
/// moment.
/// Errors: `-errno` of open(2) on the cgroup; -ESRCH if nobody was signalled; -EPERM
/// if nobody may be, and for SIGKILL also if anybody is left who may not be.
long signal_cgroup(const char* path, int signal) noexcept;

/// Removes a cgroup and those below it, from the leaves up: the kernel removes no
/// cgroup that has another in it.
///
/// Errors: `-errno` of rmdir(2) on the cgroup itself: -EBUSY as long as a process
/// is in the tree. Cgroups that are empty are gone then all the same.
long remove_cgroup(const char* path) noexcept;

}  // namespace forklift::kernel
