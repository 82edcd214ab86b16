// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "quantity.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace std::chrono_literals;

TEST_CASE("a size is a number with a power of 1024, in any case") {
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("7") == 7);
  CHECK(parse_size("100k") == 100 * 1024);
  CHECK(parse_size("512M") == std::size_t{512} << 20);
  CHECK(parse_size("4G") == std::size_t{4} << 30);
  CHECK(parse_size("4GiB") == std::size_t{4} << 30);
  CHECK(parse_size("1.5gb") == std::size_t{3} << 29);
  CHECK(parse_size("2T") == std::size_t{2} << 40);
}

TEST_CASE("what is no size, or none that can be, is refused") {
  for (const char* const text : {"", "G", "4X", "-1", "-1G", "4 G", "4GG", "0x10", "nan", "inf",
                                 "1e30", "9999999T", "256M/s", "4i"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_size(text), std::invalid_argument);
  }
}

TEST_CASE("a rate is a size, with or without a second below it") {
  CHECK(parse_rate("256M/s") == std::size_t{256} << 20);
  CHECK(parse_rate("256M") == std::size_t{256} << 20);
  CHECK(parse_rate("0") == 0);
  for (const char* const text : {"x", "/s", "256M/m", "256M/s/s", "-1M/s"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_rate(text), std::invalid_argument);
  }
}

TEST_CASE("a number is decimal, and between its bounds") {
  CHECK(parse_count("10", 10, 1000) == 10);
  CHECK(parse_count("0", 0, 1) == 0);
  CHECK(parse_count("010", 1, 100) == 10);
  for (const char* const text : {"", "9", "1001", "0x10", "1e2", "10.0", "+10", " 10", "10 ",
                                 "18446744073709551616", "-18446744073709551606"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_count(text, 10, 1000), std::invalid_argument);
  }
  CHECK(parse_real("0.5", 0.1, 1e6) == 0.5);
  CHECK(parse_real("1e3", 0.1, 1e6) == 1000);
  for (const char* const text : {"", "0", "nan", "-nan", "inf", "1e400", "0x10", "5s", "1e7"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_real(text, 0.1, 1e6), std::invalid_argument);
  }
}

TEST_CASE("a duration needs its unit, unless it is none at all") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("30s") == 30s);
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("2m") == 2min);
  CHECK(parse_duration("0") == 0s);
  for (const char* const text : {"", "30", "s", "30h", "-1s", "1s1s", "nan s", "infs"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_duration(text), std::invalid_argument);
  }
}

TEST_CASE("a time without a unit is seconds") {
  CHECK(parse_time("5") == 5s);
  CHECK(parse_time("1.5") == 1500ms);
  CHECK(parse_time("0") == 0s);
  CHECK(parse_time("50us") == 50us);
  CHECK(parse_time("1ns") == 1ns);
  CHECK(parse_time("2h") == 2h);
  CHECK(parse_time("1d") == 24h);
  CHECK(parse_time("1e30") > 24h * 365);
  for (const char* const text : {"", "s", "-1", "1w", "1 s", "inf", "five"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_time(text), std::invalid_argument);
  }
}

TEST_CASE("times are printed in the unit that fits") {
  CHECK(print_time(12.4) == "12 us");
  CHECK(print_time(3412) == "3.41 ms");
  CHECK(print_time(1'200'000) == "1.2 s");
  CHECK(print_time(999.7) == "1 ms");
  CHECK(print_time(999'800) == "1 s");
  CHECK(print_time(4'321'000'000) == "4,321 s");
}
