// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <expected>
#include <forklift/fd.hpp>

namespace forklift {

/// A descriptor that becomes readable when our child `pid` has ended, which it
/// leaves unreaped: for kernels without pidfds.
///
/// One thread of the process, started with the first call, looks after all such
/// children. Errors: the errno if there can be no pipe or no thread.
/// Threads: any; no lock is taken.
std::expected<Fd, int> announce_end(pid_t pid);

}  // namespace forklift
