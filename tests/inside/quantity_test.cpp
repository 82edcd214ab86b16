// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/quantity.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace std::chrono_literals;

TEST_CASE("a size is a number with a power of 1024, in any case") {
  CHECK(lab::parse_size("0") == 0);
  CHECK(lab::parse_size("7") == 7);
  CHECK(lab::parse_size("100k") == 100 * 1024);
  CHECK(lab::parse_size("512M") == std::size_t{512} << 20);
  CHECK(lab::parse_size("4G") == std::size_t{4} << 30);
  CHECK(lab::parse_size("4GiB") == std::size_t{4} << 30);
  CHECK(lab::parse_size("1.5gb") == std::size_t{3} << 29);
  CHECK(lab::parse_size("2T") == std::size_t{2} << 40);
}

TEST_CASE("what is no size, or none that can be, is refused") {
  for (const char* const text : {"", "G", "4X", "-1", "-1G", "4 G", "4GG", "0x10", "nan", "inf",
                                 "1e30", "9999999T", "256M/s", "4i"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(lab::parse_size(text), std::invalid_argument);
  }
}

TEST_CASE("a rate is a size, with or without a second below it") {
  CHECK(lab::parse_rate("256M/s") == std::size_t{256} << 20);
  CHECK(lab::parse_rate("256M") == std::size_t{256} << 20);
  CHECK(lab::parse_rate("0") == 0);
  for (const char* const text : {"x", "/s", "256M/m", "256M/s/s", "-1M/s"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(lab::parse_rate(text), std::invalid_argument);
  }
}

TEST_CASE("a duration needs its unit, unless it is none at all") {
  CHECK(lab::parse_duration("250ms") == 250ms);
  CHECK(lab::parse_duration("30s") == 30s);
  CHECK(lab::parse_duration("1.5s") == 1500ms);
  CHECK(lab::parse_duration("2m") == 2min);
  CHECK(lab::parse_duration("0") == 0s);
  for (const char* const text : {"", "30", "s", "30h", "-1s", "1s1s", "nan s", "infs"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(lab::parse_duration(text), std::invalid_argument);
  }
}

TEST_CASE("times are printed in the unit that fits") {
  CHECK(lab::print_time(12.4) == "12 us");
  CHECK(lab::print_time(3412) == "3.41 ms");
  CHECK(lab::print_time(1'200'000) == "1.2 s");
}
