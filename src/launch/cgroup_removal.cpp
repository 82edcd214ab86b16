// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A cgroup can be removed once the processes in it are gone, and a process with much
// memory goes slowly. Threads that may not wait for that give the cgroup to a thread
// that may.

#include "launch/cgroup_removal.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <forklift/fd.hpp>
#include <memory>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "kernel/cgroup_tree.hpp"
#include "kernel/per_process.hpp"
#include "kernel/quiet_thread.hpp"
#include "kernel/wait.hpp"

namespace forklift::launch {
namespace {

using kernel::Deadline;

constexpr std::chrono::seconds patience(10);
constexpr std::chrono::seconds patience_at_exit(1);
constexpr std::chrono::milliseconds turn(100);  // with one cgroup, while others wait

bool is_populated(int events) noexcept {
  char text[256];
  const ssize_t size = ::pread(events, text, sizeof text - 1, 0);
  if (size <= 0) return false;
  return std::string_view(text, static_cast<std::size_t>(size)).find("populated 1") !=
         std::string_view::npos;
}

// The kernel announces that a cgroup is empty (cgroups(7), cgroup.events).
void await_emptiness(const std::string& path, Deadline deadline) noexcept {
  const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Fd events(::openat(directory.get(), "cgroup.events", O_RDONLY | O_CLOEXEC));
  while (events && is_populated(events.get()) && !deadline.passed()) {
    pollfd entry{events.get(), POLLPRI, 0};
    const timespec left = deadline.left();
    ::ppoll(&entry, 1, &left, nullptr);
  }
}

struct Condemned {
  std::string path;
  Deadline deadline = Deadline::after(patience);
  Condemned* next = nullptr;
};

class Remover {
 public:
  void take(Condemned* condemned) noexcept {
    const bool idle = __atomic_fetch_add(&unfinished_, 1, __ATOMIC_SEQ_CST) == 0;
    push(condemned);
    if (!idle) return;  // the thread ends when nothing is unfinished
    try {
      kernel::start_quiet_thread(&Remover::work, this).detach();
    } catch (const std::system_error&) {
      work();
    }
  }

  void work() noexcept {
    for (;;) {
      Condemned* rest = asked_for_.exchange(nullptr);
      if (!rest) ::sched_yield();  // it is counted first, then pushed
      while (rest) {
        Condemned* const one = std::exchange(rest, rest->next);
        const Deadline until = one->deadline.sooner(Deadline::after(turn));
        if (!remove_busy_cgroup(one->path, until) && !one->deadline.passed()) {
          push(one);
          continue;
        }
        delete one;
        if (__atomic_sub_fetch(&unfinished_, 1, __ATOMIC_SEQ_CST) > 0) continue;
        kernel::wake_all(unfinished_);
        return;
      }
    }
  }

  void await(Deadline deadline) const noexcept {
    kernel::wait_until_cleared(unfinished_, deadline);
  }

 private:
  void push(Condemned* condemned) noexcept {
    condemned->next = asked_for_.load();
    while (!asked_for_.compare_exchange_weak(condemned->next, condemned)) {
    }
  }

  std::atomic<Condemned*> asked_for_{nullptr};
  std::uint32_t unfinished_ = 0;
};

constinit kernel::PerProcess<Remover> removers;

// A program that ends at once would leave the cgroup and what runs in it.
struct AtExit {
  ~AtExit() {
    const Remover* const known = removers.find();
    if (known) known->await(Deadline::after(patience_at_exit));
  }
} at_exit;

}  // namespace

bool remove_busy_cgroup(const std::string& path, Deadline deadline) noexcept {
  if (kernel::remove_cgroup(path.c_str()) != -EBUSY) return true;
  kernel::signal_cgroup(path.c_str(), SIGKILL);
  await_emptiness(path, deadline);
  return kernel::remove_cgroup(path.c_str()) != -EBUSY;
}

void remove_cgroup_elsewhere(std::string path) noexcept {
  Remover* const remover = removers.get_if_memory();
  auto* const condemned = new (std::nothrow) Condemned;
  if (!remover || !condemned) {  // it stays, in a process without memory for 80 bytes
    delete condemned;
    return;
  }
  condemned->path = std::move(path);
  remover->take(condemned);
}

}  // namespace forklift::launch
