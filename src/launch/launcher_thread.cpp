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
struct Keeper {
  std::uint64_t mark = kernel::fork_mark();
  std::atomic<Request*> requests{nullptr};
  std::uint32_t idle = 0;
  std::atomic<bool> stopped{false};
};

std::atomic<Keeper*> current{nullptr};

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

void keep(Keeper* keeper) {
  while (!keeper->stopped.load()) {
    if (Request* const requests = keeper->requests.exchange(nullptr)) {
      carry_out(requests);
      continue;
    }
    __atomic_store_n(&keeper->idle, 1, __ATOMIC_SEQ_CST);
    if (keeper->requests.load() || keeper->stopped.load()) continue;
    kernel::wait_until_cleared(keeper->idle, kernel::Deadline::never());
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

// The keeper of this process; after a fork of the program there is none.
int find_keeper(Keeper*& found) noexcept {
  Keeper* known = current.load(std::memory_order_acquire);
  if (known && known->mark == kernel::fork_mark()) {
    found = known;
    return 0;
  }
  auto* const fresh = new (std::nothrow) Keeper;
  if (!fresh) return ENOMEM;
  std::thread thread;
  if (const int error = start(keep, fresh, thread)) {
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

int run_on_lasting_thread(void (*work)(void* argument), void* argument) noexcept {
  Keeper* keeper = nullptr;
  if (const int error = find_keeper(keeper)) {
    if (kernel::raw::call(SYS_gettid) != ::getpid()) return error;
    work(argument);  // the first thread seldom ends before the process
    return 0;
  }
  Request request{.work = work, .argument = argument};
  request.next = keeper->requests.load();
  while (!keeper->requests.compare_exchange_weak(request.next, &request)) {
  }
  ring(keeper->idle);
  kernel::wait_until_cleared(request.pending, kernel::Deadline::never());
  return 0;
}

int run_on_passing_thread(void (*work)(void* argument), void* argument) noexcept {
  std::thread thread;
  if (const int error = start(work, argument, thread)) return error;
  thread.join();
  return 0;
}

}  // namespace forklift::launch
