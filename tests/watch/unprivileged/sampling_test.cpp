// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "ground_truth.hpp"
#include "watch/observer.hpp"
#include "watch/proc/clock.hpp"

using std::chrono::milliseconds;
using truth::Target;
using truth::Way;
using watch::Nanoseconds;
using watch::Recording;

namespace {

constexpr std::size_t megabyte = std::size_t{1} << 20;
constexpr int calls = 8;
constexpr int threads = 4;

bool may_watch() {
  const auto unavailability = watch::obstacle_to_sampling();
  if (unavailability)
    MESSAGE("skipped: ", unavailability->reason, " (", unavailability->remedy, ")");
  return !unavailability;
}

struct Seen {
  Recording recording;
  std::vector<truth::Timed> timed;
  double share_of_processor = 0;
};

Nanoseconds processor_now() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
}

Seen watch_calls(Target& target, int count) {
  Seen seen{.recording = target.recording(), .timed = {}};
  const auto observer = watch::observe_by_sampling({}, seen.recording);
  target.make(count);
  const auto begin = watch::monotonic_now();
  const auto processor = processor_now();
  while (!target.done() && watch::monotonic_now() - begin < std::chrono::seconds(60)) {
    observer->collect(seen.recording, milliseconds(100));
  }
  observer->collect(seen.recording, milliseconds(100));
  const std::chrono::duration<double> spent = processor_now() - processor;
  seen.share_of_processor = spent / std::chrono::duration<double>(watch::monotonic_now() - begin);
  seen.timed = target.take_calls();
  observer->conclude(seen.recording);
  return seen;
}

// The sampled call that matches one reported by the target.
const watch::Call* found(const Recording& recording, const truth::Timed& timed) {
  const auto at = std::ranges::find_if(recording.calls, [&](const watch::Call& call) {
    return call.begin < timed.begin + timed.duration && timed.begin < call.begin + call.duration;
  });
  return at == recording.calls.end() ? nullptr : &*at;
}

// It cannot distinguish running from runnable threads: a call took at least its
// running time, and at most the time by the target's own clock.
bool agrees(const watch::Call& call, const truth::Timed& timed, Nanoseconds resolution) {
  const auto slack = resolution + timed.duration / 5;
  return call.duration >= timed.processor - slack && call.duration <= timed.duration + slack;
}

std::size_t blocked(const Recording& recording) {
  return static_cast<std::size_t>(std::ranges::count_if(
      recording.waits, [](const watch::Wait& wait) { return wait.call != 0; }));
}

}  // namespace

struct LaunchCounters {
  int long_ones = 0;
  int found = 0;
  int agreeing = 0;
};

LaunchCounters launch_counters(const Seen& seen) {
  const auto resolution = watch::source(seen.recording, watch::Figure::duration)->resolution;
  LaunchCounters launch_counters;
  for (const auto& timed : seen.timed) {
    if (timed.processor < milliseconds(10)) continue;
    ++launch_counters.long_ones;
    const auto* const call = found(seen.recording, timed);
    if (call == nullptr) continue;
    ++launch_counters.found;
    launch_counters.agreeing += agrees(*call, timed, resolution) ? 1 : 0;
    CHECK(watch::copies(*call).value_or(true));
  }
  return launch_counters;
}

TEST_CASE("most forks of 10 ms and more are found, as long as by the target's own clock") {
  if (!may_watch()) return;
  Target target({.memory = 1024 * megabyte, .threads = threads, .way = Way::fork});
  const auto patience = watch::monotonic_now() + std::chrono::seconds(60);
  // A sampler without a processor sees nothing: on a busy machine, retry.
  for (;;) {
    const auto seen = watch_calls(target, calls);
    const auto [long_ones, found_ones, agreeing] = launch_counters(seen);
    CAPTURE(long_ones);
    CAPTURE(found_ones);
    CAPTURE(agreeing);
    CHECK(blocked(seen.recording) <= static_cast<std::size_t>(threads * calls));
    if (long_ones == 0) {
      MESSAGE("skipped: this machine forks 1 GiB in less than 10 ms");
      return;
    }
    const bool most = found_ones * 4 >= long_ones * 3 && agreeing * 3 >= long_ones * 2;
    const bool victims = blocked(seen.recording) >= static_cast<std::size_t>(found_ones);
    if (most && victims) return;
    if (watch::monotonic_now() < patience) continue;
    CHECK(most);
    CHECK(victims);
    return;
  }
}

TEST_CASE("posix_spawn is not taken for a copying call and blocks nobody") {
  if (!may_watch()) return;
  Target target({.memory = 128 * megabyte, .threads = threads, .way = Way::posix_spawn});
  const auto seen = watch_calls(target, calls);
  CHECK(blocked(seen.recording) == 0);
  for (const auto& call : seen.recording.calls) CHECK_FALSE(watch::copies(call).value_or(false));
  CHECK(seen.recording.calls.size() <= calls);
}

TEST_CASE("sampling dozens of threads costs less than a fiftieth of a processor") {
  if (!may_watch()) return;
  Target target({.memory = megabyte, .threads = 30, .way = Way::posix_spawn});
  const auto seen = watch_calls(target, 40);
  CAPTURE(seen.share_of_processor);
  CHECK(seen.share_of_processor < 0.02);
}

TEST_CASE("a process that does not exist cannot be sampled") {
  if (!may_watch()) return;
  Recording recording;
  recording.header.target.pid = 0x7ffffff;
  CHECK_THROWS_AS(watch::observe_by_sampling({}, recording), watch::Unavailable);
}
