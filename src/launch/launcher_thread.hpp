// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

namespace forklift::launch {

/// Runs `work(argument)`, which makes a child, on a new thread that lives as long as
/// the child.
///
/// The kernel takes the end of the thread that made a child for the end of its
/// parent (PR_SET_PDEATHSIG, prctl(2)), and every thread of the program may end
/// before the process, even the first (pthread_exit(3)). A new thread has what the
/// calling thread has: its filters, Landlock domain, capabilities and namespaces, its
/// processors and priorities. So has the child that it makes; a thread that was kept
/// from before would let a child out of what the caller has restricted since.
///
/// The first thread does the work itself where no thread can be started.
/// Requires: `work` neither throws nor waits for long.
/// Errors: the errno if no thread can be started.
/// Threads: any; no lock is taken. Cost: the start of a thread, and the thread.
int run_on_thread_of_child(void (*work)(void* argument), void* argument) noexcept;

/// Runs it on a thread that ends with it.
int run_on_temporary_thread(void (*work)(void* argument), void* argument) noexcept;

}  // namespace forklift::launch
