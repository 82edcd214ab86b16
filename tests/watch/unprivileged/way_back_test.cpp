// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/perf/way_back.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using watch::Call;
using watch::perf::OffCpu;
using watch::perf::Record;
using watch::perf::WayBack;

namespace {

constexpr pid_t caller = 100;

// A call of 10 ms that returned at 10 ms.
WayBack returned() {
  WayBack way_back;
  Call call;
  call.thread = caller;
  call.duration = 10ms;
  call.off_cpu = call.runnable = 1ms;
  way_back.returned(call);
  return way_back;
}

Record out(watch::Nanoseconds at, bool preempted) {
  Record record;
  record.kind = Record::Kind::switched_out;
  record.at = at;
  record.thread = caller;
  record.preempted = preempted;
  return record;
}

void lose(WayBack& way_back, watch::Nanoseconds from, watch::Nanoseconds to) {
  way_back.out(out(from, true));
  way_back.in({.thread = caller, .begin = from, .end = to, .preempted = true});
}

Call only(WayBack& way_back, watch::Nanoseconds seen_until) {
  const auto calls = way_back.take(seen_until);
  REQUIRE(calls.size() == 1);
  return calls.front();
}

}  // namespace

TEST_CASE("a caller that goes on at once is back when its call is over") {
  auto way_back = returned();
  CHECK(way_back.take(10ms + 50us).empty());
  CHECK(way_back.earliest() == 0ms);
  CHECK(only(way_back, 10ms + 100us).until_ran == 10ms);
  CHECK_FALSE(way_back.earliest());
}

TEST_CASE("a caller that loses its processor on its way back, even twice, is back when it has one") {
  auto way_back = returned();
  lose(way_back, 10ms + 10us, 30ms);
  lose(way_back, 30ms + 20us, 42ms);
  const Call call = only(way_back, 43ms);
  CHECK(call.duration == 10ms);
  CHECK(call.until_ran == 42ms);
  CHECK(call.off_cpu == 1ms + 20ms - 10us + 12ms - 20us);
}

TEST_CASE("a caller without a processor is waited for") {
  auto way_back = returned();
  way_back.out(out(10ms + 10us, true));
  CHECK(way_back.take(500ms).empty());
}

TEST_CASE("what stops a caller that sleeps or has run for long is no part of its call") {
  auto late = returned();
  lose(late, 10ms + 100us, 30ms);
  CHECK(only(late, 40ms).until_ran == 10ms);
  auto sleeper = returned();
  sleeper.out(out(10ms + 10us, false));
  CHECK(only(sleeper, 10ms).until_ran == 10ms);
}
