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

void adopt_orphan(pid_t pid, Fd pidfd, OwnCgroup cgroup) noexcept;
void adopt_orphan(InFlightPtr record) noexcept;

/// Takes back what has ended since.
///
/// Cost: a load when there is nothing; else on average one look a call.
void reap_orphans() noexcept;

}  // namespace forklift::launch
