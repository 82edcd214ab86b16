// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/fork_generation.hpp"

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace forklift::kernel {
namespace {

using Mark = std::atomic<std::uint64_t>;

// QEMU's user mode (7.2) accepts any advice and forwards none, so success
// counts only if unknown advice fails.
bool wipes_on_fork(void* page, std::size_t size) noexcept {
  constexpr int no_advice = 0x7fff'ffff;
  return ::madvise(page, size, MADV_WIPEONFORK) == 0 && ::madvise(page, size, no_advice) != 0;
}

// A page that is zero-filled in a forked child.
Mark* map_wiped_page() noexcept {
  const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const page =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (wipes_on_fork(page, size)) return static_cast<Mark*>(page);
  ::munmap(page, size);
  return nullptr;
}

// Two processes alive at once differ in pid; a later one with the same pid
// differs in the clock.
std::uint64_t make_mark() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto ticks = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
                     static_cast<std::uint64_t>(now.tv_nsec);
  return ((static_cast<std::uint64_t>(::getpid()) << 40) ^ ticks) | 1U;
}

// Replaces the page if it is missing. One allocation failure is final: with
// another mark, a process would no longer recognise its own launches.
Mark no_page;
std::atomic<Mark*> page{nullptr};

Mark* wiped_page() noexcept {
  Mark* known = page.load(std::memory_order_acquire);
  if (known) return known == &no_page ? nullptr : known;
  Mark* const mapped = map_wiped_page();
  Mark* const fresh = mapped ? mapped : &no_page;
  if (page.compare_exchange_strong(known, fresh, std::memory_order_acq_rel)) return mapped;
  if (mapped) {
    ::munmap(static_cast<void*>(mapped), static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
  }
  return known == &no_page ? nullptr : known;
}

}  // namespace

std::uint64_t fork_generation() noexcept {
  Mark* const mark = wiped_page();
  if (!mark) return static_cast<std::uint64_t>(::getpid());
  std::uint64_t value = mark->load(std::memory_order_relaxed);
  if (value != 0) return value;
  const std::uint64_t fresh = make_mark();
  return mark->compare_exchange_strong(value, fresh, std::memory_order_relaxed) ? fresh : value;
}

}  // namespace forklift::kernel
