// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "watch/stack_copy.hpp"
#include "deep.hpp"

using watch::Registers, watch::Stack, watch::StackCopy, watch::Unwinder;

namespace {

std::size_t place_of(const Stack& stack, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(stack, name) - stack.begin());
}

std::vector<std::byte> noise(std::mt19937_64& random, std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

}  // namespace

TEST_CASE("a copied stack without frame pointers has the names of its functions, in order") {
  const Capture capture = deep::outermost();
  const Stack stack = Unwinder(::getpid()).names(capture.copy());
  const std::size_t inner = place_of(stack, "deep::innermost()");
  REQUIRE(stack.size() > inner + 4);
  CHECK(stack[inner + 1] == "deep::middle()");
  CHECK(stack[inner + 2] == "deep::outermost()");
}

TEST_CASE("a whole stack ends where its thread began") {
  const Stack stack = Unwinder(::getpid()).names(deep::outermost().copy());
  CHECK(std::ranges::find(stack, "main") != stack.end());
  CHECK(stack.back() == "_start");
}

TEST_CASE("a stack leads through the C library") {
  const Stack stack = Unwinder(::getpid()).names(deep::within_sort().copy());
  const std::size_t compare = place_of(stack, "deep::compare()");
  const std::size_t sort = place_of(stack, "deep::within_sort()");
  REQUIRE(sort < stack.size());
  CHECK(compare < sort);
  CHECK(sort - compare > 1);
}

TEST_CASE("a stack whose copy ends early is named as far as it goes") {
  Capture capture = deep::outermost();
  Unwinder unwinder(::getpid());
  const Stack whole = unwinder.names(capture.copy());
  const std::size_t middle = place_of(whole, "deep::middle()");
  while (unwinder.names(capture.copy()).size() == whole.size()) {
    REQUIRE(capture.bytes.size() > 64);
    capture.bytes.resize(capture.bytes.size() - 64);
  }
  const Stack cut = unwinder.names(capture.copy());
  REQUIRE(cut.size() > middle);
  CHECK(std::equal(cut.begin(), cut.end(), whole.begin()));
}

TEST_CASE("return addresses lead further where bytes are missing") {
  const Capture capture = deep::outermost();
  const auto here = [](auto* function) { return reinterpret_cast<std::uint64_t>(function) + 1; };
  const std::vector<std::uint64_t> by_pointers{here(&deep::recursive), here(&deep::within_sort),
                                               here(&deep::outermost)};
  StackCopy copy = capture.copy();
  copy.bytes = {};
  copy.return_addresses = by_pointers;
  const Stack expected{"deep::recursive()", "deep::within_sort()", "deep::outermost()"};
  Unwinder unwinder(::getpid());
  CHECK(unwinder.names(copy) == expected);
  CHECK(unwinder.names(by_pointers) == expected);
}

TEST_CASE("no stack has more than 64 frames") {
  Unwinder unwinder(::getpid());
  CHECK(unwinder.names(deep::recursive(200).copy()).size() == 64);
  const std::vector<std::uint64_t> many(1000,
                                        reinterpret_cast<std::uint64_t>(&deep::outermost) + 1);
  CHECK(unwinder.names(many).size() == 64);
}

TEST_CASE("registers of zero give one address and no more") {
  CHECK(Unwinder(::getpid()).names(StackCopy{}).size() <= 1);
}

TEST_CASE("torn stacks are named as far as they make sense, and harm nobody") {
  Unwinder unwinder(::getpid());
  std::mt19937_64 random(4711);
  Capture capture = deep::outermost();
  const std::vector<std::byte> sound = capture.bytes;
  for (int i = 0; i < 300; ++i) {
    capture.bytes = sound;
    const auto torn = noise(random, 1 + random() % 64);
    std::ranges::copy(
        torn, capture.bytes.begin() + static_cast<std::ptrdiff_t>(random() % (sound.size() - 64)));
    CHECK(unwinder.names(capture.copy()).size() <= 64);
  }
}

TEST_CASE("noise in registers and stack harms nobody") {
  Unwinder unwinder(::getpid());
  std::mt19937_64 random(23);
  for (int i = 0; i < 300; ++i) {
    Capture capture = deep::outermost();
    const auto registers = noise(random, sizeof(Registers));
    const std::uint64_t place = capture.copy().registers.ip;
    std::ranges::copy(registers, reinterpret_cast<std::byte*>(&capture.registers));
    if (i % 2 == 0) capture.registers.ip = place + random() % 4096;
    if (i % 4 == 0) capture.bytes = noise(random, random() % 4096);
    CHECK(unwinder.names(capture.copy()).size() <= 64);
  }
}

TEST_CASE("a process that has ended is refused") {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  CHECK_THROWS_AS(Unwinder gone(child), std::runtime_error);
}
