// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/stack.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>

#include "go_program.hpp"
#include "goroutines/go_sections.hpp"
#include "goroutines/program.hpp"

using namespace goroutines;

TEST_CASE("a walk over garbage ends, within the stack's bounds") {
  const auto running = GoProgram::start("plain");
  if (!running) {
    MESSAGE("skipped: no Go here");
    return;
  }
  const Program program(running->pid());
  const auto section = line_table_section(program);
  const auto table = LineTable::read({section->bytes.begin(), section->bytes.end()}, 0);
  REQUIRE(table);
  const Address inside = table->named("main.main")->entry + 8;
  // Our own memory serves as a stack that leads to the same place repeatedly.
  std::array<Address, 4096> stack{};
  stack.fill(inside);
  const auto low = reinterpret_cast<Address>(stack.data());
  const Memory memory(::getpid());
  StackWalker walker(memory, *table);
  const StackStart start{.pc = inside, .sp = low, .low = low, .high = low + sizeof stack};
  CHECK(walker.walk(start).size() <= 100);
  CHECK(walker.walk(start).size() > 1);
  CHECK(walker.walk({.pc = inside, .sp = low + 4, .low = low, .high = start.high}).empty());
  CHECK(walker.walk({.pc = inside, .sp = low - 8, .low = low, .high = start.high}).empty());
  CHECK(walker.walk({.pc = inside, .sp = 8, .low = 0, .high = ~Address{0}}).size() <= 1);
  CHECK(walker.walk({.pc = 0, .sp = low, .low = low, .high = start.high}).empty());
}
