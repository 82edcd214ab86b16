// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A stopped child did not handle SIGTERM, so that its whole grace passed.

#include <signal.h>
#include <sys/wait.h>

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
