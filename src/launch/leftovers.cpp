// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/leftovers.hpp"

#include <atomic>
#include <new>
#include <utility>

#include "kernel/fork_mark.hpp"
#include "kernel/process.hpp"

namespace forklift::launch {
namespace {

struct Leftover {
  pid_t pid = -1;
  Fd pidfd;
  OwnCgroup cgroup;
  InFlightPtr record;  // null for a detached child
  std::uint64_t mark = kernel::fork_mark();
  Leftover* next = nullptr;

  bool is_over() noexcept {
    if (mark != kernel::fork_mark()) {  // the other half's child
      cgroup.release();
      return true;
    }
    const int descriptor = record ? record->pidfd.get() : pidfd.get();
    return kernel::try_reap({pid, descriptor}).state != kernel::Reaped::State::running;
  }
};

// A stack that is pushed to one by one and taken as a whole.
std::atomic<Leftover*> top{nullptr};
std::atomic<int> count{0};
std::atomic<int> turns{0};

void push(Leftover* leftover) noexcept {
  leftover->next = top.load(std::memory_order_relaxed);
  while (!top.compare_exchange_weak(leftover->next, leftover, std::memory_order_release,
                                    std::memory_order_relaxed)) {
  }
}

}  // namespace

void leave_behind(pid_t pid, Fd pidfd, OwnCgroup cgroup) noexcept {
  auto* const leftover = new (std::nothrow) Leftover;
  if (!leftover) return;  // a zombie, in a process without memory for 80 bytes
  leftover->cgroup = std::move(cgroup);
  leftover->pid = pid;
  leftover->pidfd = std::move(pidfd);
  count.fetch_add(1, std::memory_order_relaxed);
  push(leftover);
}

void leave_behind(InFlightPtr record) noexcept {
  auto* const leftover = new (std::nothrow) Leftover;
  if (!leftover) {
    // The child may still write there: better never freed than freed now.
    [[maybe_unused]] InFlight* const lost = record.release();
    return;
  }
  leftover->pid = record->pid;
  leftover->record = std::move(record);
  count.fetch_add(1, std::memory_order_relaxed);
  push(leftover);
}

void clear_up() noexcept {
  if (!top.load(std::memory_order_relaxed)) return;
  if (turns.fetch_add(1, std::memory_order_relaxed) < count.load(std::memory_order_relaxed)) {
    return;
  }
  turns.store(0, std::memory_order_relaxed);
  Leftover* rest = top.exchange(nullptr, std::memory_order_acquire);
  while (rest) {
    Leftover* const leftover = std::exchange(rest, rest->next);
    if (leftover->is_over()) {
      count.fetch_sub(1, std::memory_order_relaxed);
      delete leftover;
    } else {
      push(leftover);
    }
  }
}

}  // namespace forklift::launch
