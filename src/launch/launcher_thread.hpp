// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

namespace forklift::launch {

/// Runs `work(argument)` on a thread that lives as long as this process, one that
/// is kept for this.
///
/// The kernel takes the end of the thread that made a child for the end of its
/// parent (PR_SET_PDEATHSIG, prctl(2)). The first thread, too, may end before
/// the process, by pthread_exit(3); it does the work itself only where no thread
/// can be started.
/// Requires: `work` neither throws nor waits for long.
/// Errors: the errno if there is no such thread and none can be started.
/// Threads: any; no lock is taken. Cost: two wake-ups, and a thread at first.
int run_on_permanent_thread(void (*work)(void* argument), void* argument) noexcept;

/// Runs it on a thread that ends with it.
int run_on_temporary_thread(void (*work)(void* argument), void* argument) noexcept;

}  // namespace forklift::launch
