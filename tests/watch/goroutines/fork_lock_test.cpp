// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/fork_lock.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>

using namespace goroutines;

namespace {

struct Words {
  std::int32_t state = 0, semaphore = 0;
  std::uint32_t writer_semaphore = 0, reader_semaphore = 0;
  std::int32_t reader_count = 0, reader_wait = 0;
};
static_assert(sizeof(Words) == fork_lock_size);

constexpr std::int32_t writer = -(1 << 30);

ForkLock read(const Words& words, Version version = {1, 19}) {
  std::array<std::byte, fork_lock_size> bytes{};
  std::memcpy(bytes.data(), &words, sizeof words);
  return read_fork_lock(bytes, version);
}

}  // namespace

TEST_CASE("a ForkLock of zeros is free") {
  CHECK(read({}) == ForkLock{});
  CHECK(print(read({})) == "free");
}

TEST_CASE("readers inside are no launcher") {
  const ForkLock lock = read({.reader_count = 3});
  CHECK(lock.inside == 3);
  CHECK_FALSE(lock.held);
  CHECK(lock.state() == watch::ForkLockState{.held = false, .readers = 3, .queued = 0});
}

TEST_CASE("a launcher that holds it leaves readers and launchers waiting") {
  const ForkLock lock = read({.state = (2 << 3) | 1, .reader_count = writer + 20});
  CHECK(lock.held);
  CHECK(lock.waiting == 20);
  CHECK(lock.queued == 2);
  CHECK(print(lock) == "held by a launcher; 20 readers wait; 2 launchers are queued");
}

TEST_CASE("a launcher that waits for readers does not hold it yet, but is queued") {
  const ForkLock lock = read({.state = 1, .reader_count = writer + 5, .reader_wait = 2});
  CHECK_FALSE(lock.held);
  CHECK(lock.inside == 2);
  CHECK(lock.waiting == 3);
  CHECK(print(lock) == "a launcher waits until 2 readers have left; 3 readers wait");
  CHECK(lock.state() == watch::ForkLockState{.held = false, .readers = 5, .queued = 1});
}

TEST_CASE("before Go 1.9 a mutex has one flag less beside the number of waiters") {
  CHECK(read({.state = (2 << 2) | 1}, {1, 8}).queued == 2);
  CHECK(read({.state = (2 << 3) | 1}, {1, 9}).queued == 2);
}

TEST_CASE("a lock of garbage is read without a complaint") {
  Words words;
  std::memset(&words, 0xff, sizeof words);
  const ForkLock lock = read(words);
  CHECK(lock.queued == 0);
  CHECK(lock.inside <= lock.inside + lock.waiting);
}

TEST_CASE("each semaphore of the lock is waited for by its own kind") {
  CHECK(wait_at(0x1004, 0x1000) == ForkLockWait::queued);
  CHECK(wait_at(0x1008, 0x1000) == ForkLockWait::launcher);
  CHECK(wait_at(0x100c, 0x1000) == ForkLockWait::reader);
  CHECK_FALSE(wait_at(0x1000, 0x1000));
  CHECK_FALSE(wait_at(0, 0x1000));
}
