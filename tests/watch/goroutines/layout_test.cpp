// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/layout.hpp"

#include <doctest/doctest.h>

#include "go_program.hpp"
#include "goroutines/go_sections.hpp"
#include "goroutines/program.hpp"

using namespace goroutines;

TEST_CASE("the table agrees with the debug information of the Go that is here") {
  const auto running = GoProgram::start("plain");
  if (!running) {
    MESSAGE("skipped: no Go here");
    return;
  }
  const Program program(running->pid());
  const Version version = parse_version(version_of(program));
  const auto told = layout_from_dwarf(program.elf());
  REQUIRE(told);
  const auto known = known_layout(version);
  if (version > newest_known()) {
    MESSAGE("skipped: the table has no Go " << print(version) << " yet");
    return;
  }
  REQUIRE(known);
  CHECK(told->stack_low == known->stack_low);
  CHECK(told->stack_high == known->stack_high);
  CHECK(told->thread == known->thread);
  CHECK(told->sched == known->sched);
  CHECK(told->syscall_sp == known->syscall_sp);
  CHECK(told->syscall_pc == known->syscall_pc);
  CHECK(told->status == known->status);
  CHECK(told->id == known->id);
  CHECK(told->wait_since == known->wait_since);
  CHECK(told->wait_reason == known->wait_reason);
  CHECK(told->creator == known->creator);
  CHECK(told->thread_id == known->thread_id);
  CHECK(*told == *known);
}

TEST_CASE("the table has every version between its first and its last") {
  for (Version version = oldest_known(); version <= newest_known(); ++version.minor) {
    CAPTURE(version.minor);
    const auto layout = known_layout(version);
    REQUIRE(layout);
    CHECK(layout->size() <= 512);
    CHECK(layout->id == layout->status + 8);
    CHECK(layout->syscall_pc == layout->syscall_sp + 8);
    CHECK(layout->reason_is_text == (version < Version{1, 11}));
  }
  CHECK_FALSE(known_layout({1, 7}));
  CHECK_FALSE(known_layout({}));
  CHECK_FALSE(known_layout({2, 0}));
}

TEST_CASE("a stripped program has no debug information to tell a layout") {
  const auto running = GoProgram::start("stripped");
  if (!running) {
    MESSAGE("skipped: no Go here");
    return;
  }
  const Program program(running->pid());
  CHECK_FALSE(layout_from_dwarf(program.elf()));
  CHECK_FALSE(program.has_symbols());
}
