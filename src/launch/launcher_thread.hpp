// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

namespace forklift::launch {

/// Runs `work(argument)`, which creates a child, on a new thread that lives as
/// long as the child.
///
/// The kernel regards the end of the thread that created a child as the end of
/// its parent (PR_SET_PDEATHSIG, prctl(2)), and every thread of the program may
/// end before the process, even the first (pthread_exit(3)). A new thread
/// inherits from the calling thread its filters, Landlock domain, capabilities
/// and namespaces, its processors and priorities, and so does its child; an
/// older thread would let a child escape later restrictions of the caller.
///
/// The first thread does the work itself if no thread can be started.
/// Requires: `work` neither throws nor blocks for long.
/// Errors: the errno if no thread can be started.
/// Threads: any; no lock is taken. Cost: the start of a thread, and the thread.
int run_on_thread_of_child(void (*work)(void* argument), void* argument) noexcept;

/// Runs it on a thread that ends with it.
int run_on_temporary_thread(void (*work)(void* argument), void* argument) noexcept;

}  // namespace forklift::launch
