// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A stopped child did not handle SIGTERM, so that its whole grace passed.

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <forklift/operation.hpp>

#include "../support.hpp"

using forklift::Child, forklift::Command;
using namespace std::chrono_literals;

namespace {

// So long that a child which ends by it has been killed by SIGKILL.
constexpr auto grace = 30s;

Command stops_itself() { return Command("sh").args({"-c", "kill -STOP $$; sleep 1000"}); }

Child stopped(Command command) {
  Child child = command.spawn();
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WSTOPPED | WNOWAIT) == 0);
  return child;
}

// Goes on until it is over; the child that does not hear is killed after the grace.
void perform(forklift::Operation& operation, Child& child) {
  const auto end = std::chrono::steady_clock::now() + grace;
  while (!operation.perform()) {
    const auto entries = operation.poll_entries();
    ::poll(entries.data(), entries.size(), 10);
    if (std::chrono::steady_clock::now() > end) child.kill(SIGKILL);
  }
}

}  // namespace

TEST_CASE("a stopped child ends by the SIGTERM of stop") {
  CHECK(stopped(stops_itself()).stop(grace).signal() == SIGTERM);
}

TEST_CASE("a stopped tree ends by the SIGTERM of stop_tree") {
  Child child = stopped(stops_itself().process_group(0));
  CHECK(child.stop_tree(grace).status.signal() == SIGTERM);
}

TEST_CASE("a stopped child ends by the SIGTERM of its time limit") {
  const auto output = stops_itself().output({.timeout = 300ms, .grace = grace});
  CHECK(output.timed_out);
  CHECK(output.status.signal() == SIGTERM);
}

TEST_CASE("a stopped child hears the signal by which a wait for it is cancelled") {
  for (const int signal : {SIGTERM, SIGINT}) {
    Child child = stopped(stops_itself());
    const auto waiting = forklift::begin_wait(child);
    waiting->cancel(signal);
    perform(*waiting, child);
    CHECK(waiting->take().signal() == signal);
  }
}

TEST_CASE("a stopped child hears the signal by which a conversation is cancelled") {
  for (const int signal : {SIGTERM, SIGINT}) {
    Child child = stopped(stops_itself().out(forklift::Stdio::pipe()));
    const auto talking = forklift::begin_communicate(child);
    talking->cancel(signal);
    perform(*talking, child);
    CHECK(talking->take().status.signal() == signal);
  }
}

TEST_CASE("a stopped tree hears the signal by which a wait is cancelled") {
  Child child = stopped(stops_itself().process_group(0));
  const auto waiting = forklift::begin_wait(child);
  waiting->cancel(SIGTERM);
  perform(*waiting, child);
  CHECK(waiting->take().signal() == SIGTERM);
}

TEST_CASE("a child that is stopped by the signal of a cancellation stays stopped") {
  Child child = Command("sleep").arg("1000").spawn();
  const auto waiting = forklift::begin_wait(child);
  waiting->cancel(SIGSTOP);
  siginfo_t info{};
  CHECK(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WSTOPPED | WNOWAIT) == 0);
  CHECK_FALSE(waiting->perform());
  waiting->cancel(SIGKILL);
  perform(*waiting, child);
}
