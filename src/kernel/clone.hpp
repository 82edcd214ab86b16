// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>

#include <cstddef>
#include <cstdint>

namespace forklift::kernel {

/// The child's function: never returns, and follows the rules of the child
/// side.
using ChildEntry = void (*)(void* argument);

struct CloneRequest {
  std::uint64_t flags = 0;        ///< CLONE_* without the exit signal
  int exit_signal = SIGCHLD;      ///< 0: none, as CLONE_AUTOREAP requires
  std::byte* stack = nullptr;     ///< lowest address of the child's stack
  std::size_t stack_size = 0;     ///< bytes, a multiple of 16
  int* pidfd = nullptr;           ///< where CLONE_PIDFD stores the descriptor
  std::uint32_t* word = nullptr;  ///< cleared by CLONE_CHILD_CLEARTID, which wakes a shared futex
  std::uint32_t* tid = nullptr;   ///< where CLONE_PARENT_SETTID stores; a pidfd too
                                  ///< only with clone3
  int cgroup = -1;                ///< descriptor of the child's cgroup, by clone3 only
  bool clone3 = true;             ///< false: the older call, which has the low 32 flags only
};

/// Starts a child of this process that runs `entry(argument)` on its own stack.
///
/// Errors: `-errno` of clone3(2) or clone(2).
/// Threads: any; the caller is not suspended except by CLONE_VFORK.
/// Since: clone3 Linux 5.3, CLONE_PIDFD 5.2.
long clone_child(const CloneRequest& request, ChildEntry entry, void* argument) noexcept;

}  // namespace forklift::kernel
