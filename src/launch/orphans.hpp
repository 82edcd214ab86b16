// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/fd.hpp>

#include "launch/in_flight.hpp"

namespace forklift::launch {

/// Children that are no longer waited for: detached ones, and those of
/// abandoned launches that the kernel has not released yet. Later launches reap
/// them and reclaim their memory.
///
/// Threads: any; no lock is taken.

void adopt_orphan(pid_t pid, Fd pidfd, OwnCgroup cgroup) noexcept;
void adopt_orphan(InFlightPtr record) noexcept;

/// Reclaims those that have ended since.
///
/// Cost: a load if there are none; else on average one check per call.
void reap_orphans() noexcept;

}  // namespace forklift::launch
