// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <expected>
#include <forklift/fd.hpp>

namespace forklift {

/// A descriptor that becomes readable when our child `pid` has ended, and
/// leaves it unreaped: for kernels without pidfds.
///
/// One thread of the process, started with the first call, watches all such
/// children. Errors: the errno if no pipe or thread can be created.
/// Threads: any; no lock is taken.
std::expected<Fd, int> announce_end(pid_t pid);

}  // namespace forklift
