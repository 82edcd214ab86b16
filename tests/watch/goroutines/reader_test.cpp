// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/reader.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "go_program.hpp"

using namespace goroutines;

TEST_CASE("the ForkLock of a program that hangs on it is seen, stripped or not") {
  for (const char* const kind : kinds_of_go_programs) {
    CAPTURE(kind);
    const auto running = GoProgram::start(kind);
    if (!running) {
      MESSAGE("skipped: no Go here");
      return;
    }
#if !defined(__x86_64__)
    if (std::string(kind).ends_with("stripped")) continue;  // code is scanned on x86-64 only
#endif
    Reader reader(running->pid());
    REQUIRE(reader.fork_lock_address());
    // The waiters arrive one after the other.
    std::optional<watch::ForkLockState> state;
    for (int i = 0; i < 100 && !(state && state->readers == 20 && state->queued == 2); ++i) {
      ::usleep(10'000);
      state = reader.fork_lock();
    }
    CHECK(state == watch::ForkLockState{.held = true, .readers = 20, .queued = 2});
    const Snapshot snapshot = reader.look();
    CHECK(snapshot.missing.empty());
    CHECK(std::ranges::count(snapshot.goroutines, ForkLockWait::reader, &Goroutine::waits) == 20);
    CHECK(std::ranges::count(snapshot.goroutines, ForkLockWait::queued, &Goroutine::waits) == 2);
  }
}

TEST_CASE("a program that has ended has no ForkLock any more") {
  auto running = GoProgram::start("plain");
  if (!running) {
    MESSAGE("skipped: no Go here");
    return;
  }
  Reader reader(running->pid());
  running.reset();
  CHECK_FALSE(reader.fork_lock());
  CHECK_THROWS_AS(reader.look(), Ended);
}

TEST_CASE("what is no Go program is refused in one line with its name") {
  try {
    Reader reader(::getpid());
    FAIL("this is not a Go program");
  } catch (const Refusal& refusal) {
    const std::string text = refusal.what();
    CHECK(text.find("is not a Go program") != std::string::npos);
    CHECK(text.find('\n') == std::string::npos);
  }
}
