// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/launcher_thread.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <system_error>
#include <thread>

#include "kernel/deadline.hpp"
#include "kernel/process.hpp"
#include "kernel/quiet_thread.hpp"
#include "kernel/raw.hpp"
#include "kernel/wait.hpp"

namespace forklift::launch {
namespace {

struct Task {
  void (*work)(void*);
  void* argument;
  std::uint32_t pending = 1;  // cleared when the work is done
};

template <class Argument>
int start(void (*work)(Argument*), Argument* argument, std::thread& thread) noexcept {
  try {
    thread = kernel::start_quiet_thread(work, argument);
    return 0;
  } catch (const std::system_error& error) {
    return error.code().value();
  }
}

// Returns when the children created by this thread have ended or are reaped,
// and at once if there are none (ECHILD). It reaps nothing.
void await_own_children() noexcept {
  siginfo_t end{};
  kernel::peek(P_ALL, 0, end, __WALL | __WNOTHREAD);
}

void work_and_stay(Task* task) {
  task->work(task->argument);
  __atomic_store_n(&task->pending, 0, __ATOMIC_SEQ_CST);
  kernel::wake_all(task->pending);  // the task may be gone; only its address is used
  await_own_children();
}

}  // namespace

int run_on_thread_of_child(void (*work)(void* argument), void* argument) noexcept {
  Task task{.work = work, .argument = argument};
  std::thread thread;
  if (const int error = start(work_and_stay, &task, thread)) {
    if (kernel::raw::call(SYS_gettid) != ::getpid()) return error;
    work(argument);  // the first thread rarely ends before the process
    return 0;
  }
  thread.detach();
  kernel::wait_until_cleared(task.pending, kernel::Deadline::never());
  return 0;
}

int run_on_temporary_thread(void (*work)(void* argument), void* argument) noexcept {
  std::thread thread;
  if (const int error = start(work, argument, thread)) return error;
  thread.join();
  return 0;
}

}  // namespace forklift::launch
