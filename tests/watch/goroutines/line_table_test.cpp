// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/line_table.hpp"

#include <doctest/doctest.h>

#include <random>

#include "go_program.hpp"
#include "goroutines/go_sections.hpp"
#include "goroutines/program.hpp"

using namespace goroutines;

namespace {

std::vector<std::byte> bytes_of(const Program& program) {
  const auto section = line_table_section(program);
  return {section->bytes.begin(), section->bytes.end()};
}

// Calls every query, on a table with arbitrary content.
void ask(std::vector<std::byte> bytes, Address around) {
  const auto table = LineTable::read(std::move(bytes), around);
  if (!table) return;
  for (Address address = around; address < around + 0x400; address += 0x10) {
    const auto function = table->function(address);
    if (!function) continue;
    (void)table->line(*function, address);
    (void)table->frame_size(*function, address);
  }
}

}  // namespace

TEST_CASE("a function is found by its address and by its name, with file and line") {
  const auto running = GoProgram::start("stripped");
  if (!running) {
    MESSAGE("skipped: no Go here");
    return;
  }
  const Program program(running->pid());
  const auto table = LineTable::read(bytes_of(program), 0);
  REQUIRE(table);
  const auto named = table->named("main.createDescriptor");
  REQUIRE(named);
  CHECK(named->entry < named->end);
  const auto found = table->function(named->entry + 1);
  REQUIRE(found);
  CHECK(found->name == "main.createDescriptor");
  const auto line = table->line(*found, found->entry);
  REQUIRE(line);
  CHECK(line->file.ends_with("hang.go"));
  CHECK(line->number > 0);
  CHECK(table->frame_size(*found, found->entry) == 0);
  CHECK_FALSE(table->function(0));
  CHECK_FALSE(table->function(~Address{0}));
}

TEST_CASE("a table cut short or full of errors leads nowhere beyond its end") {
  const auto running = GoProgram::start("plain");
  if (!running) {
    MESSAGE("skipped: no Go here");
    return;
  }
  const Program program(running->pid());
  const std::vector<std::byte> whole = bytes_of(program);
  const Address begin = LineTable::read(whole, 0)->named("main.main")->entry;
  for (std::size_t size = 0; size < whole.size(); size = size * 2 + 1) {
    ask({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, begin);
  }
  std::mt19937 random(4711);
  for (int i = 0; i < 50; ++i) {
    std::vector<std::byte> wrong = whole;
    for (std::size_t at = i % 2 ? 8 : 64; at < wrong.size(); at += random() % 64 + 1) {
      wrong[at] = static_cast<std::byte>(random());
    }
    ask(std::move(wrong), begin);
  }
}

TEST_CASE("what is no table is none") {
  CHECK_FALSE(LineTable::read({}, 0));
  CHECK_FALSE(LineTable::read(std::vector<std::byte>(4096), 0));
  CHECK_FALSE(LineTable::read(std::vector<std::byte>(4096, std::byte{0xff}), 0));
}
