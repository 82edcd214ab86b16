// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <forklift/fork_lock.hpp>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "rounds.hpp"
#include "support.hpp"

using forklift::Command, forklift::Fd, forklift::ForkLock;
using Rule = ForkLock::Rule;
using Side = ForkLock::Side;

namespace {

void await_waiters(const ForkLock& lock, std::size_t count) {
  while (lock.report().waiters.size() != count) std::this_thread::yield();
}

bool try_in_other_thread(ForkLock& lock, Side side) {
  bool got = false;
  std::jthread([&] {
    got = side == Side::launcher ? lock.try_lock() : lock.try_lock_shared();
    if (got) side == Side::launcher ? lock.unlock() : lock.unlock_shared();
  }).join();
  return got;
}

// As in code from before O_CLOEXEC: the descriptor is inheritable first.
Fd open_in_two_steps() {
  const std::shared_lock creating(forklift::fork_lock());
  Fd made(::open("/dev/zero", O_RDONLY));
  ::fcntl(made.get(), F_SETFD, FD_CLOEXEC);
  return made;
}

// Threads that create descriptors until the end of scope.
class Creators {
 public:
  explicit Creators(void (*create)()) {
    for (int i = 0; i < 3; ++i) {
      threads_.emplace_back([create](std::stop_token end) {
        while (!end.stop_requested()) create();
      });
    }
  }

 private:
  std::vector<std::jthread> threads_;
};

// A launcher that ignores descriptors: the child has all unmarked ones.
Shown show_by_posix_spawn() {
  const Folder folder;
  const std::string program = helper("show");
  const std::string report = folder.path("report");
  char* const argv[] = {const_cast<char*>(program.c_str()), const_cast<char*>(report.c_str()),
                        nullptr};
  pid_t pid = -1;
  {
    const std::unique_lock launching(forklift::fork_lock());
    REQUIRE(::posix_spawn(&pid, program.c_str(), nullptr, nullptr, argv, ::environ) == 0);
  }
  int status = -1;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  REQUIRE(status == 0);
  return read_shown(report);
}

bool has(const Shown& shown, const std::string& file) {
  return std::ranges::any_of(shown.descriptors,
                             [&](const auto& entry) { return entry.second == file; });
}

std::string zero_device() { return identity(Fd(::open("/dev/zero", O_RDONLY | O_CLOEXEC)).get()); }

}  // namespace

TEST_CASE("launchers exclude each other in threads where one goes at a time") {
  ForkLock lock(Rule::one_at_a_time);
  const std::unique_lock launching(lock);
  CHECK_FALSE(try_in_other_thread(lock, Side::launcher));
  CHECK_FALSE(try_in_other_thread(lock, Side::creator));
}

TEST_CASE("launchers in several threads hold the lock together, and exclude creators") {
  ForkLock lock(Rule::together);
  const std::unique_lock launching(lock);
  CHECK(try_in_other_thread(lock, Side::launcher));
  CHECK_FALSE(try_in_other_thread(lock, Side::creator));
}

TEST_CASE("creators in several threads hold the lock at once, and exclude launchers") {
  for (const Rule rule : {Rule::one_at_a_time, Rule::together}) {
    ForkLock lock(rule);
    const std::shared_lock creating(lock);
    CHECK(try_in_other_thread(lock, Side::creator));
    CHECK_FALSE(try_in_other_thread(lock, Side::launcher));
  }
}

TEST_CASE("a creator thread that waits goes before launchers that come after it") {
  for (const Rule rule : {Rule::one_at_a_time, Rule::together}) {
    ForkLock lock(rule);
    std::atomic<int> spec{0};
    int creators_turn = 0;
    int launchers_turn = 0;
    lock.lock();
    std::jthread creator([&] {
      const std::shared_lock creating(lock);
      creators_turn = ++spec;
    });
    await_waiters(lock, 1);
    std::jthread launcher([&] {
      const std::unique_lock launching(lock);
      launchers_turn = ++spec;
    });
    await_waiters(lock, 2);  // also if launchers could hold it together
    lock.unlock();
    creator.join();
    launcher.join();
    CHECK(creators_turn == 1);
    CHECK(launchers_turn == 2);
  }
}

TEST_CASE("a launcher thread that waits goes before creators that come after it") {
  ForkLock lock;
  lock.lock_shared();
  std::jthread launcher([&] { const std::unique_lock launching(lock); });
  await_waiters(lock, 1);
  CHECK_FALSE(try_in_other_thread(lock, Side::creator));
  lock.unlock_shared();
}

TEST_CASE("an endless stream of launcher threads lets creators through") {
  for (const Rule rule : {Rule::one_at_a_time, Rule::together}) {
    ForkLock lock(rule);
    std::vector<std::jthread> launchers;
    for (int i = 0; i < 3; ++i) {
      launchers.emplace_back([&](std::stop_token end) {
        while (!end.stop_requested()) const std::unique_lock launching(lock);
      });
    }
    for (Rounds rounds(200); rounds.go_on();) const std::shared_lock creating(lock);
  }
}

TEST_CASE("both sides in many threads never hold the lock at the same time") {
  ForkLock lock;
  std::atomic<int> creators{0};
  std::atomic<int> launchers{0};
  std::atomic<int> together{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, creates = i % 2 == 0] {
      for (Rounds rounds(500); rounds.go_on();) {
        creates ? lock.lock_shared() : lock.lock();
        ++(creates ? creators : launchers);
        together += creators > 0 && launchers > 0;
        --(creates ? creators : launchers);
        creates ? lock.unlock_shared() : lock.unlock();
      }
    });
  }
  threads.clear();
  CHECK(together == 0);
  CHECK(lock.report().acquired == 2000);
}

namespace {
[[gnu::noinline]] void wait_for_it(ForkLock& lock) {
  lock.lock();
  lock.unlock();
  asm volatile("");  // no tail call: the frame stays
}

// Called through this, it is not replaced by a compiler clone.
void (*volatile waiting_function)(ForkLock&) = wait_for_it;

bool lies_in(void* address, void (*function)(ForkLock&)) {
  const auto begin = reinterpret_cast<std::uintptr_t>(function);
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  return at > begin && at < begin + 1024;
}
}  // namespace

TEST_CASE("a thread that waits beyond the threshold reports its stack, during and after") {
  ForkLock lock(Rule::one_at_a_time, std::chrono::microseconds(100));
  lock.lock();
  std::jthread waiting([&] { waiting_function(lock); });
  ForkLock::Report report;
  do {
    report = lock.report();
  } while (report.waiters.empty() || report.waiters.front().stack.empty());
  CHECK(report.waiters.front().side == Side::launcher);
  CHECK(report.waiters.front().thread != ::gettid());
  CHECK(report.waiters.front().waited >= std::chrono::microseconds(100));
  CHECK(report.longest >= report.waiters.front().waited);
  CHECK(std::ranges::any_of(report.waiters.front().stack,
                            [](void* frame) { return lies_in(frame, wait_for_it); }));
  CHECK(report.long_waits.empty());
  lock.unlock();
  waiting.join();
  report = lock.report();
  CHECK(report.waiters.empty());
  REQUIRE(report.long_waits.size() == 1);
  CHECK_FALSE(report.long_waits.front().stack.empty());
  CHECK(report.contended == 1);
}

TEST_CASE("a thread that waits below the threshold takes no stack") {
  ForkLock lock(Rule::one_at_a_time, std::chrono::hours(1));
  lock.lock();
  std::jthread waiting([&] { waiting_function(lock); });
  await_waiters(lock, 1);
  CHECK(lock.report().waiters.front().stack.empty());
  lock.unlock();
  waiting.join();
  CHECK(lock.report().long_waits.empty());
  CHECK(lock.report().contended == 1);
}

TEST_CASE("the report names who holds the lock, on which side, and for longer and longer") {
  ForkLock lock;
  const std::shared_lock creating(lock);
  const ForkLock::Report first = lock.report();
  const ForkLock::Report second = lock.report();
  REQUIRE(first.holders.size() == 1);
  CHECK(first.holders.front().thread == ::gettid());
  CHECK(first.holders.front().side == Side::creator);
  CHECK(second.holders.front().held > first.holders.front().held);
}

TEST_CASE("a hold beyond the threshold is reported once it is over, with where it ended") {
  ForkLock lock(Rule::together, std::chrono::nanoseconds(0));
  waiting_function(lock);
  const ForkLock::Report report = lock.report();
  REQUIRE(report.long_holds.size() == 1);
  CHECK(report.long_holds.front().thread == ::gettid());
  CHECK(report.long_holds.front().side == Side::launcher);
  CHECK(std::ranges::any_of(report.long_holds.front().stack,
                            [](void* frame) { return lies_in(frame, wait_for_it); }));
  ForkLock patient(Rule::together, std::chrono::hours(1));
  waiting_function(patient);
  CHECK(patient.report().long_holds.empty());
}

TEST_CASE("no more than the last 64 long holds are kept, each with a number of its own") {
  ForkLock lock(Rule::together, std::chrono::nanoseconds(0));
  for (int i = 0; i < 100; ++i) waiting_function(lock);
  const ForkLock::Report report = lock.report();
  CHECK(report.long_holds.size() == 64);
  CHECK(report.long_holds.front().number < report.long_holds.back().number);
}

TEST_CASE("both ends of a pipe for launches are close-on-exec, and connected") {
  const auto made = forklift::fork_exec_pipe();
  REQUIRE(made);
  CHECK(::fcntl(made->reading.get(), F_GETFD) == FD_CLOEXEC);
  CHECK(::fcntl(made->writing.get(), F_GETFD) == FD_CLOEXEC);
  REQUIRE(::write(made->writing.get(), "x", 1) == 1);
  char got = 0;
  CHECK(::read(made->reading.get(), &got, 1) == 1);
}

TEST_CASE("a pipe is opened under the lock only where the kernel cannot mark it at once") {
  ForkLock lock;
  REQUIRE(forklift::fork_exec_pipe(lock));
  CHECK(lock.report().acquired == (has_capability("pipe2") ? 0 : 1));
  CHECK(lock.report().holders.empty());
}

TEST_CASE("no child of a launcher thread under the lock sees what is opened in two steps") {
  const std::string zero = zero_device();
  {
    const Creators creators([] { open_in_two_steps(); });
    int leaks = 0;
    for (Rounds rounds(30); rounds.go_on();) leaks += has(show_by_posix_spawn(), zero);
    CHECK(leaks == 0);
  }
  // The lock prevents this: a child sees unmarked descriptors.
  const Fd unmarked(::open("/dev/zero", O_RDONLY));
  CHECK(has(show_by_posix_spawn(), zero));
}

TEST_CASE("no child sees a descriptor that threads create meanwhile") {
  const std::string zero = zero_device();
  const Creators creators([] {
    open_in_two_steps();
    forklift::fork_exec_pipe();
  });
  std::size_t most = 0;
  int leaks = 0;
  for (Rounds rounds(30); rounds.go_on();) {
    const Shown shown = show([](Command& command) { command.out(forklift::Stdio::null()); });
    leaks += has(shown, zero);
    most = std::max(most, shown.descriptors.size());
  }
  CHECK(leaks == 0);
  CHECK(most <= 3);
}

TEST_CASE("a launch that copies the table waits for creator threads where pipes cannot be marked") {
  const bool excludes = engine() != forklift::Engine::shared_table && !has_capability("pipe2");
  ForkLock& lock = forklift::fork_lock();
  lock.lock_shared();
  std::atomic<bool> launched{false};
  std::jthread launching([&] {
    CHECK(Command("true").run().success());
    launched = true;
  });
  if (excludes) {
    await_waiters(lock, 1);
    CHECK_FALSE(launched);
    lock.unlock_shared();
    launching.join();
  } else {
    launching.join();
    lock.unlock_shared();
  }
  CHECK(launched);
}

#if !defined(__SANITIZE_ADDRESS__)  // its allocator does not survive a fork of several threads
TEST_CASE("both halves of a forked program have a lock of their own") {
  forklift::fork_lock().lock();
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(forklift::fork_lock().try_lock() ? 0 : 1);
  int status = -1;
  CHECK(::waitpid(pid, &status, 0) == pid);
  CHECK(status == 0);
  forklift::fork_lock().unlock();
}
#endif
