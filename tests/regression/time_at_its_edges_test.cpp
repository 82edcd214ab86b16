// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A time limit far in the past overflowed and became none at all.

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <forklift/fork_lock.hpp>
#include <forklift/stall.hpp>
#include <random>
#include <thread>

#include "../comes_true.hpp"
#include "../support.hpp"

using forklift::Command, forklift::ForkLock, forklift::StallMeter, forklift::StallReport;
using forklift::Stdio;
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

// It hears no SIGTERM, and ends by itself with success.
TEST_CASE("a grace that is over, however long, kills at once") {
  Command deaf("sh");
  deaf.args({"-c", "trap '' TERM; echo; exec sleep 20"}).out(Stdio::pipe());
  for (const nanoseconds grace : times_that_are_over()) {
    CAPTURE(grace.count());
    auto child = deaf.spawn();
    char byte = 0;
    REQUIRE(::read(child.out().get(), &byte, 1) == 1);
    CHECK(child.stop_tree(grace).status.signal() == SIGKILL);
  }
}

TEST_CASE("a drain that is over, however long, ends output() with its child") {
  for (const nanoseconds drain : times_that_are_over()) {
    CAPTURE(drain.count());
    const auto output = Command("sh").args({"-c", "sleep 20 & exit 3"}).output({.drain = drain});
    CHECK(output.status.code() == 3);
    CHECK(output.drain_passed);
  }
}

TEST_CASE("the longest pause lets a meter's thread tell once") {
  ForkLock lock(ForkLock::Rule::one_at_a_time, 1ms);
  std::atomic<int> once{0}, each_time{0};
  StallMeter pausing({.threshold = 1ms, .lock = &lock, .pause = nanoseconds::max()});
  StallMeter other({.threshold = 1ms, .lock = &lock, .pause = 0ns});
  pausing.on_stall([&](const StallReport&) { ++once; });
  other.on_stall([&](const StallReport&) { ++each_time; });
  const auto wait = [&lock] {
    lock.lock();
    lock.unlock();
  };
  lock.lock();
  CHECK(comes_true([&] { return once >= 1 && each_time >= 1; }));
  std::vector<std::jthread> waiting;
  for (int before = each_time; const int more : {1, 2, 3}) {
    waiting.emplace_back(wait);
    CHECK(comes_true([&] { return each_time >= before + more; }));
  }
  lock.unlock();
  waiting.clear();
  CHECK(once == 1);
}

TEST_CASE("a thread's wait below the longest threshold records no stack") {
  ForkLock lock(ForkLock::Rule::one_at_a_time, nanoseconds::max());
  lock.lock();
  std::jthread waiting([&lock] {
    lock.lock();
    lock.unlock();
  });
  CHECK(comes_true([&] { return lock.report().waiters.size() == 1; }));
  await_syscall(lock.report().waiters.front().thread, SYS_futex);
  CHECK(lock.report().waiters.front().stack.empty());
  lock.unlock();
}

TEST_CASE("the offsets of clocks are written whole, however far") {
  const auto offsets = [](nanoseconds far) {
    Command command("true");
    command.new_namespaces({forklift::Namespace::user, forklift::Namespace::time});
    return command.clock_offsets(far, far).explain();
  };
  CHECK(offsets(nanoseconds::min()).find("-9223372037 145224192") != std::string::npos);
  CHECK(offsets(nanoseconds::max()).find("9223372036 854775807") != std::string::npos);
  CHECK(offsets(-1ns).find("-1 999999999") != std::string::npos);
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
