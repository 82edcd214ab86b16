// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A time limit far in the past overflowed and became none at all.

#include <signal.h>

#include <random>

#include "../support.hpp"

using forklift::Command;
using std::chrono::nanoseconds;
using namespace std::chrono_literals;

namespace {

// Zero, the limits of the type, and random values between them.
std::vector<nanoseconds> times_that_are_over() {
  std::vector<nanoseconds> times = {0ns, -1ns, -1h, nanoseconds::min(), nanoseconds::min() + 1ns};
  std::mt19937_64 random(11);
  std::uniform_int_distribution<nanoseconds::rep> any(nanoseconds::min().count(), 0);
  while (times.size() < 25) times.emplace_back(any(random));
  return times;
}

}  // namespace

TEST_CASE("a time limit that is over, however long, ends the child at once") {
  for (const nanoseconds limit : times_that_are_over()) {
    CAPTURE(limit.count());
    const auto output = Command("sleep").arg("20").output({.timeout = limit, .grace = 1h});
    CHECK(output.timed_out);
    CHECK(output.status.signal() == SIGTERM);
  }
}

TEST_CASE("waiting for a time that is over, however long, looks once") {
  auto child = Command("sleep").arg("20").spawn();
  for (const nanoseconds limit : times_that_are_over()) {
    CAPTURE(limit.count());
    CHECK_FALSE(child.wait_for(limit).has_value());
  }
  CHECK(child.stop(nanoseconds::max()).signal() == SIGTERM);
}

TEST_CASE("a grace that is over, however long, kills at once") {
  for (const nanoseconds grace : times_that_are_over()) {
    CAPTURE(grace.count());
    auto child = Command("sh").args({"-c", "trap '' TERM; sleep 20"}).process_group(0).spawn();
    CHECK(child.stop_tree(grace).status.signal() != 0);
  }
}

TEST_CASE("the longest time is no limit") {
  const auto output = Command("echo").arg("x").output({.timeout = nanoseconds::max()});
  CHECK_FALSE(output.timed_out);
  CHECK(output.status.success());
}

TEST_CASE("a launch's deadline that is over fails the launch, and is printed as 0 ms") {
  for (const nanoseconds limit : times_that_are_over()) {
    CAPTURE(limit.count());
    const auto child = Command("true").launch_deadline(limit).try_spawn();
    if (child) continue;  // the program was faster
    CHECK(child.error().step() == forklift::Step::deadline);
    CHECK(child.error().subject().starts_with("0 ms passed"));
  }
}
