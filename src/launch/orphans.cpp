// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/orphans.hpp"

#include <atomic>
#include <new>
#include <utility>

#include "kernel/file_identity.hpp"
#include "kernel/fork_generation.hpp"
#include "kernel/process.hpp"

namespace forklift::launch {
namespace {

struct Leftover {
  pid_t pid = -1;
  Fd pidfd;
  OwnCgroup cgroup;
  InFlightPtr record;  // null for a detached child
  std::uint64_t mark = kernel::fork_generation();
  kernel::FileIdentity file;  // of the pidfd, which is kept for long by its number
  Leftover* next = nullptr;

  bool is_over() noexcept {
    if (mark != kernel::fork_generation()) {  // a child of the process that forked us
      cgroup.release();
      return true;
    }
    return kernel::try_reap({pid, own_pidfd()}).state != kernel::Reaped::State::running;
  }

  // The program may have closed it and reused its number for a file that is
  // neither polled nor closed here. The child is ours by its pid, too.
  int own_pidfd() noexcept {
    Fd& kept = record ? record->pidfd : pidfd;
    if (kept && kernel::FileIdentity::of(kept.get()) == file) return kept.get();
    [[maybe_unused]] const int others = kept.release();
    return -1;
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

void adopt_orphan(pid_t pid, Fd pidfd, OwnCgroup cgroup) noexcept {
  auto* const leftover = new (std::nothrow) Leftover;
  if (!leftover) return;  // a zombie, in a process without memory for 80 bytes
  leftover->cgroup = std::move(cgroup);
  leftover->pid = pid;
  leftover->pidfd = std::move(pidfd);
  leftover->file = kernel::FileIdentity::of(leftover->pidfd.get());
  count.fetch_add(1, std::memory_order_relaxed);
  push(leftover);
}

void adopt_orphan(InFlightPtr record) noexcept {
  auto* const leftover = new (std::nothrow) Leftover;
  if (!leftover) {
    // The child may still write there: a leak is better than a reuse.
    [[maybe_unused]] InFlight* const lost = record.release();
    return;
  }
  leftover->pid = record->pid;
  leftover->record = std::move(record);
  leftover->file = kernel::FileIdentity::of(leftover->record->pidfd.get());
  count.fetch_add(1, std::memory_order_relaxed);
  push(leftover);
}

void reap_orphans() noexcept {
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
