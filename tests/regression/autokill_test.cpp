// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// CLONE_AUTOREAP requires no exit signal, so autokill could never work.

#include <signal.h>

#include "../support.hpp"

using forklift::Command;

namespace {

bool skipped_without_autokill() {
  if (has_capability("kill at close of the pidfd")) return false;
  MESSAGE("skipped: this kernel has no CLONE_PIDFD_AUTOKILL");
  return true;
}

}  // namespace

TEST_CASE("a child that is tied by its pidfd still says how it ended") {
  if (skipped_without_autokill()) return;
  const Command leaving = Command("sh").args({"-c", "exit 7"}).no_new_privileges();
  auto child = Command(leaving).die_with_parent().spawn();
  CHECK(child.guarantees().parent_death == forklift::ParentDeath::pidfd);
  CHECK(child.wait().code() == 7);
  const Command killed = Command("sh").args({"-c", "kill -9 $$"}).no_new_privileges();
  CHECK(Command(killed).die_with_parent().run().signal() == SIGKILL);
}
