// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <signal.h>

#include "../support.hpp"
#include "kernel/process.hpp"

using forklift::Child, forklift::Command, forklift::Stdio;
using forklift::kernel::Reaped;

// Then waitid(2) returns EAGAIN for a running child, which must not count as
// one whose end other code has taken: it would stay a zombie.
TEST_CASE("a pidfd that somebody made non-blocking is waited for like any other") {
  for (int i = 0; i < 200; ++i) {
    Child child = Command("cat").in(Stdio::pipe()).spawn();
    if (child.pidfd() < 0) {
      MESSAGE("skipped: there are no pidfds here");
      return;
    }
    REQUIRE(::fcntl(child.pidfd(), F_SETFL, O_NONBLOCK) == 0);
    child.kill(SIGKILL);
    CHECK(child.wait().signal() == SIGKILL);
    CHECK(children().empty());
  }
}
