// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/launcher_thread.hpp"

#include <errno.h>
#include <unistd.h>

#include <atomic>
#include <new>
#include <system_error>
#include <thread>

#include "kernel/deadline.hpp"
#include "kernel/fork_generation.hpp"
#include "kernel/quiet_thread.hpp"
#include "kernel/raw.hpp"
#include "kernel/wait.hpp"

namespace forklift::launch {
namespace {

struct Request {
  void (*work)(void*);
  void* argument;
  std::uint32_t pending = 1;  // cleared when the work is done
  Request* next = nullptr;
};

// One that found another in its place stops again; else it is never freed.
struct LauncherThread {
  std::uint64_t mark = kernel::fork_generation();
  std::atomic<Request*> requests{nullptr};
  std::uint32_t idle = 0;
  std::atomic<bool> stopped{false};
};

std::atomic<LauncherThread*> current{nullptr};

void ring(std::uint32_t& word) noexcept {
  __atomic_store_n(&word, 0, __ATOMIC_SEQ_CST);
  kernel::wake_all(word);
}

void carry_out(Request* request) noexcept {
  while (request) {
    Request* const next = request->next;  // the request ends with its work
    request->work(request->argument);
    ring(request->pending);
    request = next;
  }
}

void run_requests(LauncherThread* launcher) {
  while (!launcher->stopped.load()) {
    if (Request* const requests = launcher->requests.exchange(nullptr)) {
      carry_out(requests);
      continue;
    }
    __atomic_store_n(&launcher->idle, 1, __ATOMIC_SEQ_CST);
    if (launcher->requests.load() || launcher->stopped.load()) continue;
    kernel::wait_until_cleared(launcher->idle, kernel::Deadline::never());
  }
}

template <class Argument>
int start(void (*work)(Argument*), Argument* argument, std::thread& thread) noexcept {
  try {
    thread = kernel::start_quiet_thread(work, argument);
    return 0;
  } catch (const std::system_error& error) {
    return error.code().value();
  }
}

// The launcher thread of this process; after a fork of the program there is none.
int find_launcher_thread(LauncherThread*& found) noexcept {
  LauncherThread* known = current.load(std::memory_order_acquire);
  if (known && known->mark == kernel::fork_generation()) {
    found = known;
    return 0;
  }
  auto* const fresh = new (std::nothrow) LauncherThread;
  if (!fresh) return ENOMEM;
  std::thread thread;
  if (const int error = start(run_requests, fresh, thread)) {
    delete fresh;
    return error;
  }
  if (current.compare_exchange_strong(known, fresh, std::memory_order_acq_rel)) {
    thread.detach();
    found = fresh;
    return 0;
  }
  fresh->stopped.store(true);
  ring(fresh->idle);
  thread.join();
  delete fresh;
  found = known;
  return 0;
}

}  // namespace

int run_on_permanent_thread(void (*work)(void* argument), void* argument) noexcept {
  LauncherThread* launcher = nullptr;
  if (const int error = find_launcher_thread(launcher)) {
    if (kernel::raw::call(SYS_gettid) != ::getpid()) return error;
    work(argument);  // the first thread seldom ends before the process
    return 0;
  }
  Request request{.work = work, .argument = argument};
  request.next = launcher->requests.load();
  while (!launcher->requests.compare_exchange_weak(request.next, &request)) {
  }
  ring(launcher->idle);
  kernel::wait_until_cleared(request.pending, kernel::Deadline::never());
  return 0;
}

int run_on_temporary_thread(void (*work)(void* argument), void* argument) noexcept {
  std::thread thread;
  if (const int error = start(work, argument, thread)) return error;
  thread.join();
  return 0;
}

}  // namespace forklift::launch
