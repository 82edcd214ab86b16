// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/wait.hpp"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>

#include <span>

#include "kernel/raw.hpp"

namespace forklift::kernel {

namespace {

// The time left until a deadline, as a pointer that is null for never.
class Left {
 public:
  explicit Left(Deadline deadline) noexcept
      : never_(deadline.is_never()), span_(never_ ? timespec{} : deadline.left()) {}
  const timespec* get() const noexcept { return never_ ? nullptr : &span_; }

 private:
  bool never_;
  timespec span_;
};

void sleep_while(const std::uint32_t& word, std::uint32_t value, Deadline deadline) noexcept {
  raw::call(SYS_futex, &word, FUTEX_WAIT, value, Left(deadline).get());
}

bool wait_until_any(std::span<pollfd> entries, Deadline deadline) noexcept {
  for (;;) {
    const long ready =
        raw::call(SYS_ppoll, entries.data(), entries.size(), Left(deadline).get(), nullptr, 0);
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (ready != -EINTR && ready != -EAGAIN) return true;  // the next call reports the error
  }
}

}  // namespace

bool wait_until_cleared(const std::uint32_t& word, Deadline deadline) noexcept {
  for (;;) {
    const std::uint32_t seen = __atomic_load_n(&word, __ATOMIC_ACQUIRE);
    if (seen == 0) return true;
    if (deadline.passed()) return false;
    sleep_while(word, seen, deadline);
  }
}

bool wait_until_owner_died(std::uint32_t& word, Deadline deadline) noexcept {
  for (;;) {
    std::uint32_t seen = __atomic_load_n(&word, __ATOMIC_ACQUIRE);
    if (seen & FUTEX_OWNER_DIED) return true;
    if (deadline.passed()) return false;
    // The kernel wakes only if this bit announces a waiter.
    const std::uint32_t awaited = seen | FUTEX_WAITERS;
    if (seen != awaited && !__atomic_compare_exchange_n(&word, &seen, awaited, false,
                                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      continue;
    }
    sleep_while(word, awaited, deadline);
  }
}

bool wait_until_changed(const std::uint32_t& word, std::uint32_t seen, Deadline deadline) noexcept {
  for (;;) {
    if (__atomic_load_n(&word, __ATOMIC_ACQUIRE) != seen) return true;
    if (deadline.passed()) return false;
    sleep_while(word, seen, deadline);
  }
}

void wake_all(const std::uint32_t& word) noexcept {
  raw::call(SYS_futex, &word, FUTEX_WAKE, INT_MAX);
}

bool wait_until_readable(int descriptor, Deadline deadline) noexcept {
  pollfd entry{descriptor, POLLIN, 0};
  return wait_until_any({&entry, 1}, deadline);
}

bool wait_until_hung_up(int pipe, int pidfd, Deadline deadline) noexcept {
  pollfd entries[] = {{pipe, 0, 0}, {pidfd, POLLIN, 0}};  // poll always reports a hang-up
  return wait_until_any(entries, deadline);
}

}  // namespace forklift::kernel
