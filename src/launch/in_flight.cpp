// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The pool of launch records. A record owns reusable resources of launches: the
// child's stack, the frame, a mailbox. Threads take and return records by
// single atomic exchanges, so no thread waits, and a fork of the program leaves
// nothing locked. A forked process drops the records of its parent: both would
// share their mailboxes.

#include "launch/in_flight.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <new>
#include <utility>

#include "kernel/fork_generation.hpp"

namespace forklift::launch {
namespace {

// One mapping: a page that faults when the stack overflows, the stack, the
// frame. The frame begins in the stack's topmost page, so that a launch touches
// one page and not two. The child's loop needs some hundred bytes of stack, and
// close_each a kilobyte. AArch64 pages may have 64 KiB.
#if defined(__aarch64__)
constexpr std::size_t page = 64 * 1024;
#else
constexpr std::size_t page = 4096;
#endif
constexpr std::size_t stack_room = 16 * 1024 - 1024;
constexpr std::size_t frame_at = page + stack_room;
constexpr std::size_t usual_size = page + 48 * 1024;

std::size_t size_for(std::size_t frame_bytes) noexcept {
  return std::max(usual_size, (frame_at + frame_bytes + page - 1) / page * page);
}

// Idle records. A slot holds one or nothing, and is emptied or filled by a
// single atomic operation: no thread waits for another, and a fork of the whole
// program at any moment leaves the child with a consistent pool.
//
// A taker first gets the right to one record, then searches for it: records
// move meanwhile, and without that right a launch could miss the only idle one
// and create another, with another mailbox. There are never more rights than
// records, so the search ends.
class Pool {
 public:
  InFlight* take() noexcept {
    if (!take_right()) return nullptr;
    for (std::size_t i = 0;; i = (i + 1) % slots_.size()) {
      if (slots_[i].load(std::memory_order_relaxed) == nullptr) continue;
      InFlight* const record = slots_[i].exchange(nullptr, std::memory_order_acquire);
      if (record) return record;
    }
  }

  bool give(InFlight* record) noexcept {
    for (Slot& slot : slots_) {
      InFlight* free_slot = nullptr;
      if (slot.load(std::memory_order_relaxed) == nullptr &&
          slot.compare_exchange_strong(free_slot, record, std::memory_order_release,
                                       std::memory_order_relaxed)) {
        rights_.fetch_add(1, std::memory_order_release);
        return true;
      }
    }
    return false;
  }

 private:
  using Slot = std::atomic<InFlight*>;

  bool take_right() noexcept {
    int rights = rights_.load(std::memory_order_relaxed);
    while (rights > 0) {
      if (rights_.compare_exchange_weak(rights, rights - 1, std::memory_order_acquire,
                                        std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }

  std::array<Slot, 64> slots_{};
  std::atomic<int> rights_{0};
};

// Records with a mailbox are kept apart from others, so that a launch without
// messages does not take a low-numbered mailbox while there are others.
// Never destroyed: threads may launch while the program exits.
Pool& pool_of(bool shared, bool with_mailbox) noexcept {
  static Pool pools[2][2];
  return pools[shared][with_mailbox];
}

std::atomic<int> lowest{-1};

// A record of the process that forked us: its mailbox has the same sockets, and
// shared memory is still in use there.
void discard(InFlight* record) noexcept {
  record->mailbox.close();
  delete record;
}

InFlightPtr take_pooled(bool shared, bool with_mailbox) noexcept {
  const std::uint64_t mark = kernel::fork_generation();
  for (const bool mailbox : {with_mailbox, !with_mailbox}) {
    while (InFlight* const record = pool_of(shared, mailbox).take()) {
      if (record->mark == mark) return InFlightPtr(record);
      discard(record);
    }
  }
  return nullptr;
}

InFlightPtr make(bool shared) noexcept {
  auto* const record = new (std::nothrow) InFlight;
  if (!record) return nullptr;
  record->shared = shared;
  record->mark = kernel::fork_generation();
  return InFlightPtr(record);
}

}  // namespace

Memory Memory::take(std::size_t frame_bytes, bool shared) noexcept {
  Memory memory;
  const std::size_t size = size_for(frame_bytes);
  const int kind = shared ? MAP_SHARED : MAP_PRIVATE;
  void* const base = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return memory;
  memory.base_ = static_cast<std::byte*>(base);
  memory.size_ = size;
  ::mprotect(base, page, PROT_NONE);
  new (&memory.frame()) Frame{};
  return memory;
}

Memory::Memory(Memory&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(base_, other.base_);
  std::swap(size_, other.size_);
  return *this;
}

Memory::~Memory() {
  if (base_) ::munmap(base_, size_);
}

std::byte* Memory::stack() const noexcept { return base_ + page; }
std::size_t Memory::stack_size() const noexcept { return stack_room; }
Frame& Memory::frame() const noexcept {
  return *std::launder(reinterpret_cast<Frame*>(base_ + frame_at));
}
std::size_t Memory::frame_bytes() const noexcept { return size_ ? size_ - frame_at : 0; }

void ReturnToPool::operator()(InFlight* record) const noexcept {
  record->plan = CompiledPlanRef();
  record->observers = {};
  record->pidfd.reset();
  record->report.reset();
  record->terminal.reset();
  record->cgroup.descriptor.reset();
  record->ours.clear();
  record->stopped = false;
  record->childs.clear();
  if (record->mark != kernel::fork_generation()) {
    record->cgroup.own.release();
    return discard(record);
  }
  record->cgroup.own = OwnCgroup();  // removed
  // Undelivered messages would reach the next child.
  if (std::exchange(record->messages_pending, false)) record->mailbox.empty();
  const bool with_mailbox = record->mailbox.receiving() >= 0;
  if (!pool_of(record->shared, with_mailbox).give(record)) discard(record);
}

InFlightPtr take_in_flight(Engine engine, std::size_t frame_bytes, bool with_mailbox) noexcept {
  const bool shared = engine == Engine::fork;
  InFlightPtr record = take_pooled(shared, with_mailbox);
  if (!record) record = make(shared);
  if (!record || record->memory.frame_bytes() >= frame_bytes) return record;
  Memory larger = Memory::take(frame_bytes, shared);
  if (!larger) return nullptr;
  record->memory = std::move(larger);
  return record;
}

void reserve_in_flight(std::size_t count) noexcept {
  std::array<InFlightPtr, 64> taken;
  for (InFlightPtr& record : taken) {
    if (count-- == 0) break;
    record = take_in_flight(Engine::shared_table, sizeof(Frame), true);
    if (!record) break;
    if (record->mailbox.open() == 0) note_mailbox(record->mailbox.receiving());
  }
  for (InFlightPtr& record : taken) record.reset();  // the lowest numbers go first
}

void note_mailbox(int number) noexcept {
  int known = lowest.load(std::memory_order_relaxed);
  while ((known < 0 || number < known) &&
         !lowest.compare_exchange_weak(known, number, std::memory_order_relaxed)) {
  }
}

int lowest_mailbox() noexcept { return lowest.load(std::memory_order_relaxed); }

}  // namespace forklift::launch
