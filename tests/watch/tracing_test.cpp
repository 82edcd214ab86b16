// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <map>
#include <set>

#include "watch/observer.hpp"
#include "watch/tracing/target.hpp"

namespace {

using namespace std::chrono_literals;
using watch::Call;
using watch::Wait;

bool is_possible() {
  const auto obstacle = watch::obstacle_to_tracing();
  if (obstacle) MESSAGE("skipped: ", obstacle->reason, "; ", obstacle->remedy);
  return !obstacle;
}

// What was seen of a target while it was told to do something.
struct Watched {
  watch::Recording recording;
  std::unique_ptr<watch::Observer> observer;

  explicit Watched(const Target& target, bool detail = false) {
    recording.heading.target.pid = target.pid();
    watch::Wish wish;
    wish.detail = detail;
    observer = watch::observe_by_tracing(wish, recording);
  }
  void conclude() {
    observer->collect(recording, 20ms);
    observer->conclude(recording);
  }
  std::size_t victims() const {
    return static_cast<std::size_t>(std::ranges::count_if(recording.waits, [](const Wait& wait) {
      return wait.reason == Wait::Reason::memory_lock && wait.call != 0;
    }));
  }
};

watch::Recording recording_of(Target& target, Target::Way way, unsigned calls,
                              bool detail = false) {
  Watched watched(target, detail);
  target.create(way, calls);
  watched.conclude();
  return std::move(watched.recording);
}

bool agree(std::chrono::nanoseconds seen, std::chrono::nanoseconds truth) {
  return std::chrono::abs(seen - truth) <= std::max<std::chrono::nanoseconds>(truth / 10, 1ms);
}

constexpr std::uint64_t sharing = CLONE_VM | CLONE_VFORK | SIGCHLD;

}  // namespace

TEST_CASE("each fork is seen with its child, its flags, and the time that the target measured") {
  if (!is_possible()) return;
  for (const bool detail : {false, true}) {
    CAPTURE(detail);
    Target target(128, 2);
    const auto recording = recording_of(target, Target::Way::fork, 10, detail);
    REQUIRE(recording.calls.size() == 10);
    for (std::size_t i = 0; i < 10; ++i) {
      const Call& call = recording.calls[i];
      const auto& truth = target.truth().of[i];
      CAPTURE(i);
      CAPTURE(call.duration.count());
      CAPTURE(truth.duration.count());
      CHECK(agree(call.duration, truth.duration));
      CHECK(call.number == i + 1);
      CHECK(call.child == truth.child);
      CHECK(call.thread == target.pid());
      CHECK(call.function == "clone");
      CHECK(watch::copies(call) == true);
      CHECK((call.flags.value_or(0) & 0xff) == SIGCHLD);
      CHECK(call.error == 0);
      CHECK_FALSE(call.cut);
      CHECK(call.lock_held.value_or(0ns) > 0ns);
    }
  }
}

TEST_CASE("every thread that touches memory is a victim of every fork, once") {
  if (!is_possible()) return;
  constexpr unsigned threads = 4, calls = 5;
  Target target(256, threads);
  for (int attempt = 0; attempt < 10; ++attempt) {
    Watched watched(target);
    const unsigned before = target.truth().calls;
    target.create(Target::Way::fork, calls);
    watched.conclude();
    unsigned stalled = 0;
    for (unsigned i = 0; i < calls; ++i)
      stalled += target.truth().of[(before + i) % Target::most_calls].stalled;
    REQUIRE(watched.recording.calls.size() == calls);
    CHECK(watched.victims() <= threads * calls);
    // A busy machine may keep a thread from running until a fork is over.
    CHECK(watched.victims() >= stalled);
    if (stalled == threads * calls) {
      CHECK(watched.victims() == threads * calls);
      return;
    }
  }
  MESSAGE("skipped: this machine is too busy for all threads to run within a fork");
}

TEST_CASE("posix_spawn and vfork have no victims") {
  if (!is_possible()) return;
  Target target(128, 4);
  for (const auto way : {Target::Way::posix_spawn, Target::Way::vfork}) {
    const auto first = target.truth().calls.load();
    Watched watched(target);
    target.create(way, 10);
    watched.conclude();
    CHECK(watched.victims() == 0);
    REQUIRE(watched.recording.calls.size() == 10);
    for (std::size_t i = 0; i < 10; ++i) {
      const Call& call = watched.recording.calls[i];
      const auto& truth = target.truth().of[first + i];
      CAPTURE(call.duration.count());
      CAPTURE(truth.duration.count());
      CHECK(agree(call.duration, truth.duration));
      CHECK((call.flags.value_or(0) & sharing) == sharing);
      CHECK(call.child == truth.child);
    }
  }
}
