// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

namespace forklift::kernel {

/// gettid(2) of the calling thread, also after a fork of the whole program.
///
/// Cost: one load and a comparison; a system call at first use in a thread.
pid_t this_thread() noexcept;

}  // namespace forklift::kernel
