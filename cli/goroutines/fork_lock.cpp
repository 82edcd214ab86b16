// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/fork_lock.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace goroutines {
namespace {

// Within sync.RWMutex; the first two are those of its leading Mutex.
constexpr std::uint64_t state_at = 0, semaphore_at = 4, writer_semaphore_at = 8,
                        reader_semaphore_at = 12, reader_count_at = 16, reader_wait_at = 20;
constexpr std::int32_t most_readers = 1 << 30;  // rwmutexMaxReaders

std::int32_t number(std::span<const std::byte> bytes, std::uint64_t offset) {
  return value_at<std::int32_t>(bytes, offset).value_or(0);
}

std::size_t at_least_none(std::int32_t count) {
  return static_cast<std::size_t>(std::max(count, 0));
}

std::string counted(std::size_t count, const char* noun, const char* verb_one,
                    const char* verb_many) {
  return count == 1 ? fmt::format("1 {} {}", noun, verb_one)
                    : fmt::format("{} {}s {}", count, noun, verb_many);
}

}  // namespace

watch::ForkLockState ForkLock::state() const {
  return {.held = held, .readers = inside + waiting, .queued = queued + (awaited ? 1 : 0)};
}

std::string print(const ForkLock& lock) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  if (lock.held) add("held by a launcher");
  if (lock.awaited) {
    add(fmt::format("a launcher waits until {} left",
                    counted(lock.inside, "reader", "has", "have")));
  } else if (lock.inside > 0) {
    add("held by " + counted(lock.inside, "reader", "", "") + "creating descriptors");
  }
  if (lock.waiting > 0) add(counted(lock.waiting, "reader", "waits", "wait"));
  if (lock.queued > 0) add(counted(lock.queued, "launcher", "is queued", "are queued"));
  return text.empty() ? "free" : text;
}

std::size_t waiters_of_mutex(std::span<const std::byte> bytes, Version version) {
  // Go 1.9 inserted mutexStarving between mutexWoken and the number of waiters.
  const int flags = version < Version{1, 9} ? 2 : 3;
  return at_least_none(number(bytes, state_at) >> flags);
}

ForkLock read_fork_lock(std::span<const std::byte, fork_lock_size> bytes, Version version) {
  ForkLock lock;
  const std::int32_t count = number(bytes, reader_count_at);
  const std::int32_t leaving = number(bytes, reader_wait_at);
  lock.queued = waiters_of_mutex(bytes, version);
  if (count >= 0) {
    lock.inside = at_least_none(count);
    return lock;
  }
  // A waiting writer has subtracted most_readers; the other field counts down
  // the readers that were inside then.
  const std::size_t readers = at_least_none(count + most_readers);
  lock.inside = std::min(readers, at_least_none(leaving));
  lock.waiting = readers - lock.inside;
  lock.held = lock.inside == 0;
  lock.awaited = !lock.held;
  return lock;
}

std::optional<ForkLockWait> wait_at(Address semaphore, Address fork_lock) {
  switch (semaphore - fork_lock) {
    case semaphore_at: return ForkLockWait::queued;
    case writer_semaphore_at: return ForkLockWait::launcher;
    case reader_semaphore_at: return ForkLockWait::reader;
    default: return std::nullopt;
  }
}

}  // namespace goroutines
