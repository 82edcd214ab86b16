// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/memory.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <string_view>

using namespace goroutines;

namespace {

Address address_of(const void* pointer) { return reinterpret_cast<Address>(pointer); }

}  // namespace

TEST_CASE("memory is read whole or not at all") {
  const Memory memory(::getpid());
  const std::array<std::uint32_t, 2> numbers = {7, 8};
  CHECK(memory.value<std::uint32_t>(address_of(&numbers[1])) == 8);
  CHECK_FALSE(memory.value<std::uint64_t>(0));
  CHECK_FALSE(memory.value<std::uint64_t>(~Address{0}));
  CHECK(memory.bytes(8, 16).empty());
}

TEST_CASE("a string whose length makes no sense is none") {
  const Memory memory(::getpid());
  struct {
    const char* text = "semacquire";
    std::uint64_t length = 10;
  } header;
  CHECK(memory.text(address_of(&header), 64) == "semacquire");
  header.length = ~std::uint64_t{0};
  CHECK_FALSE(memory.text(address_of(&header), 64));
  header = {.text = nullptr, .length = 5};
  CHECK_FALSE(memory.text(address_of(&header), 64));
}

TEST_CASE("pieces that lie apart are read together, or none of them") {
  const Memory memory(::getpid());
  const int one = 1;
  const int two = 2;
  std::array<int, 2> into{};
  const auto bytes = std::as_writable_bytes(std::span(into));
  std::array<Memory::Piece, 2> pieces{
      {{address_of(&one), bytes.first(sizeof one)}, {address_of(&two), bytes.subspan(sizeof one)}}};
  CHECK(memory.read(pieces));
  CHECK(into == std::array{1, 2});
  pieces[1].address = 0;
  CHECK_FALSE(memory.read(pieces));
}

TEST_CASE("a value beyond the end of bytes is none") {
  const std::array<std::byte, 8> bytes{};
  CHECK(value_at<std::uint64_t>(bytes, 0) == 0);
  CHECK_FALSE(value_at<std::uint64_t>(bytes, 1));
  CHECK_FALSE(value_at<std::uint8_t>(bytes, 8));
  CHECK_FALSE(value_at<std::uint8_t>(bytes, ~std::uint64_t{0}));
}
