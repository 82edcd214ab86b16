// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/fd.hpp>

#include "launch/in_flight.hpp"

namespace forklift::launch {

/// Children that nobody waits for any more: detached ones, and those whose
/// launch was given up before the kernel let go of it. They are reaped, and
/// their memory taken back, by launches that come later.
///
/// Threads: any; no lock is taken.

void leave_behind(pid_t pid, Fd pidfd, OwnCgroup cgroup) noexcept;
void leave_behind(InFlightPtr record) noexcept;

/// Takes back what has ended since.
///
/// Cost: a load when there is nothing; else on average one look a call.
void clear_up() noexcept;

}  // namespace forklift::launch
