// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <sched.h>

// Root gets the processors first: threads that wait for a processor during a
// fork are not blocked by it.
int main(int argc, char** argv) {
  const sched_param priority{.sched_priority = 1};
  sched_setscheduler(0, SCHED_RR, &priority);
  doctest::Context context(argc, argv);
  return context.run();
}
