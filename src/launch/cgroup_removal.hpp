// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "kernel/deadline.hpp"

namespace forklift::launch {

/// Kills what runs in a cgroup and in those below it, waits until it is gone, and
/// removes them; false if a process is left at the deadline.
///
/// Cost: as long as the kernel takes to end the processes: freeing 2 GiB takes
/// 100 ms and more.
bool remove_busy_cgroup(const std::string& path, kernel::Deadline deadline) noexcept;

/// The same on a thread of the library's, which lasts while there is anything to
/// remove. What is still in use after 10 s is left there. When the process exits
/// sooner, exit(3) waits for up to a second.
///
/// Threads: any; no lock is taken. Cost: at most the start of a thread. Where none
/// can be started, the calling thread does the work.
void remove_cgroup_elsewhere(std::string path) noexcept;

}  // namespace forklift::launch
