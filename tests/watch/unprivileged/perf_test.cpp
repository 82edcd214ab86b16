// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "ground_truth.hpp"
#include "watch/observer.hpp"
#include "watch/proc/clock.hpp"

using std::chrono::milliseconds;
using truth::Target;
using truth::Way;
using watch::Nanoseconds;
using watch::Recording;
using watch::Wait;

namespace {

constexpr std::size_t megabyte = std::size_t{1} << 20;
constexpr int calls = 6;
constexpr int threads = 4;

bool may_watch() {
  const auto unavailability = watch::obstacle_to_perf();
  if (unavailability)
    MESSAGE("skipped: ", unavailability->reason, " (", unavailability->remedy, ")");
  return !unavailability;
}

bool hooked(const Recording& recording) {
  return watch::source(recording, watch::Figure::duration)->exact;
}

struct Seen {
  Recording recording;
  Nanoseconds run_delay{};
  std::vector<truth::Timed> timed;
};

Seen watch_calls(Target& target, int count) {
  Seen seen{.recording = target.recording(), .run_delay = {}, .timed = {}};
  watch::ObserverOptions options;
  options.stacks = false;
  const auto observer = watch::observe_by_perf(options, seen.recording);
  seen.run_delay = target.run_delay();
  target.make(count);
  const auto patience = watch::monotonic_now() + std::chrono::seconds(60);
  while (!target.done() && watch::monotonic_now() < patience) {
    observer->collect(seen.recording, milliseconds(50));
  }
  seen.timed = target.take_calls();
  seen.run_delay = target.run_delay() - seen.run_delay;
  observer->collect(seen.recording, milliseconds(50));
  observer->conclude(seen.recording);
  return seen;
}

std::size_t blocked(const Recording& recording) {
  return static_cast<std::size_t>(
      std::ranges::count(recording.waits, Wait::Reason::memory_lock, &Wait::reason));
}

// Threads that only wait for a processor cannot be blocked: these waited for
// less than a quarter of the time for which the calls could have blocked them.
bool calm(const Seen& seen) {
  Nanoseconds in_calls{};
  for (const auto& timed : seen.timed) in_calls += timed.processor;
  return seen.run_delay < in_calls * threads / 4;
}

// A stop between the end of the call and the clock read is, for an observer,
// after the call: so only most must agree.
void check_stalls(const Seen& seen, bool exact) {
  std::size_t agreeing = 0;
  for (std::size_t i = 0; i < seen.timed.size(); ++i) {
    const auto& call = seen.recording.calls[i];
    const auto true_one = seen.timed[i].duration;
    const auto slack = std::max<Nanoseconds>(milliseconds(exact ? 1 : 3), true_one / 10);
    REQUIRE(call.until_ran);
    CHECK(*call.until_ran >= call.duration);
    CAPTURE(true_one.count());
    CAPTURE(call.until_ran->count());
    agreeing += std::chrono::abs(*call.until_ran - true_one) <= slack ? 1 : 0;
  }
  CHECK(agreeing * 4 >= seen.timed.size() * 3);
}

// Its own clock sees the wrapper of libc and the first faults afterwards, too;
// and on a busy machine that it lost the processor after the call.
void check_time(const watch::Call& call, const truth::Timed& timed, bool exact) {
  CAPTURE(call.duration.count());
  CAPTURE(timed.duration.count());
  CAPTURE(timed.processor.count());
  const Nanoseconds slack = exact ? milliseconds(0) : milliseconds(2);
  const auto allowance = std::max<Nanoseconds>(milliseconds(1), timed.processor / 10);
  CHECK(call.begin >= timed.begin - slack);
  CHECK(call.begin + call.duration <= timed.begin + timed.duration + slack);
  if (!call.off_cpu) return;  // an inferred one
  const auto on_processor = watch::stall(call) - call.off_cpu.value_or(Nanoseconds{});
  CHECK(on_processor >= timed.processor - allowance - slack);
  if (exact) CHECK(on_processor <= timed.processor + allowance);
}

}  // namespace

TEST_CASE("each fork is seen once and lasts as long as by the target's own clock") {
  if (!may_watch()) return;
  Target target({.memory = 256 * megabyte, .threads = threads, .way = Way::fork});
  const auto seen = watch_calls(target, calls);
  REQUIRE(seen.recording.calls.size() == calls);
  const bool exact = hooked(seen.recording);
  check_stalls(seen, exact);
  for (std::size_t i = 0; i < calls; ++i) {
    const auto& call = seen.recording.calls[i];
    check_time(call, seen.timed[i], exact);
    CHECK(call.number == i + 1);
    if (exact) CHECK(watch::copies(call));
    CHECK(watch::copies(call).value_or(true));
    CHECK(call.thread == target.pid());
    CHECK(call.child > 0);
    CHECK(call.error == 0);
    REQUIRE(call.size);
    CHECK(call.size->page_tables > 512 * 1024);
    CHECK(call.size->threads == threads + 1);
  }
}

TEST_CASE("a fork that blocks nobody is known to copy all the same") {
  if (!may_watch()) return;
  Target target({.memory = 1024 * megabyte, .threads = 0, .way = Way::fork});
  const auto seen = watch_calls(target, calls);
  REQUIRE(seen.recording.calls.size() == calls);
  for (std::size_t i = 0; i < calls; ++i) {
    CAPTURE(seen.timed[i].processor.count());
    if (seen.timed[i].processor < milliseconds(4)) continue;
    CHECK(watch::copies(seen.recording.calls[i]) == true);
  }
}

TEST_CASE("each thread that touches memory is blocked once by each fork") {
  if (!may_watch()) return;
  Target target({.memory = 256 * megabyte, .threads = threads, .way = Way::fork});
  auto seen = watch_calls(target, calls);
  for (int more = 0; more < 5 && !calm(seen); ++more) seen = watch_calls(target, calls);
  CAPTURE(seen.run_delay.count());
  // If inferred from switches, one wait may count as two.
  if (calm(seen)) CHECK(blocked(seen.recording) <= threads * calls);
  if (!calm(seen)) {
    MESSAGE("skipped: the machine is busy all the time");
    return;
  }
  // If calls are inferred, one of unknown kind blocks no thread.
  if (!hooked(seen.recording)) {
    CHECK(blocked(seen.recording) >= threads * calls / 2);
    return;
  }
  CHECK(blocked(seen.recording) * 4 >= threads * calls * 3);
  std::map<std::uint64_t, std::size_t> by_call;
  for (const auto& wait : seen.recording.waits) {
    if (wait.reason != Wait::Reason::memory_lock) continue;
    ++by_call[wait.call];
    CHECK(wait.thread != target.pid());
    CHECK(wait.overlap <= wait.duration);
  }
  for (const auto& [call, count] : by_call) CHECK_MESSAGE(count <= threads, "call ", call);
}

TEST_CASE("posix_spawn shares the memory and blocks nobody") {
  if (!may_watch()) return;
  Target target({.memory = 128 * megabyte, .threads = threads, .way = Way::posix_spawn});
  const auto seen = watch_calls(target, calls);
  REQUIRE(seen.recording.calls.size() == calls);
  const bool exact = hooked(seen.recording);
  for (const auto& call : seen.recording.calls) {
    if (exact) CHECK(watch::copies(call));
    CHECK_FALSE(watch::copies(call).value_or(false));
  }
  if (exact) CHECK(blocked(seen.recording) == 0);
}

TEST_CASE("what a child executes is told with the time until then") {
  if (!may_watch()) return;
  Target target({.memory = megabyte, .threads = 0, .way = Way::posix_spawn});
  const auto seen = watch_calls(target, calls);
  REQUIRE(seen.recording.execs.size() == calls);
  for (const auto& exec : seen.recording.execs) {
    CHECK(exec.done);
    CHECK(exec.call > 0);
    CHECK(exec.since_call > Nanoseconds{});
    if (exec.in_exec) CHECK(*exec.in_exec <= exec.since_call);
  }
}

TEST_CASE("a child that ends without exec is told as such") {
  if (!may_watch()) return;
  Target target({.memory = megabyte, .threads = 0, .way = Way::fork});
  const auto seen = watch_calls(target, calls);
  REQUIRE(seen.recording.execs.size() == calls);
  for (const auto& exec : seen.recording.execs) CHECK_FALSE(exec.done);
}

TEST_CASE("a process that does not exist is refused with a reason") {
  if (!may_watch()) return;
  Recording recording;
  recording.header.target.pid = 0x7ffffff;
  CHECK_THROWS_AS(watch::observe_by_perf({}, recording), watch::Unavailable);
}
