// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/prediction.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t mebibyte = 1U << 20;
const watch::Calibration ten_a_megabyte{.fixed = 1ms, .per_megabyte = 10ms};

check::Mapping own(std::uint64_t begin, std::uint64_t size) {
  check::Mapping mapping;
  mapping.begin = begin;
  mapping.is_private = true;
  mapping.resident = size;
  mapping.anonymous = size;
  return mapping;
}

}  // namespace

TEST_CASE("a fork costs its fixed part and its share for the tables it copies") {
  const auto found = check::predict({}, std::vector{own(1, 512 * mebibyte), own(2, 512 * mebibyte)},
                                    ten_a_megabyte);
  CHECK(found.tables == 2 * mebibyte);
  CHECK(found.stall == 21ms);
  CHECK(found.faults == 1024 * mebibyte / 4096);
  CHECK_FALSE(check::is_bound(found));
}

TEST_CASE("the dearest mapping is told first, with its share") {
  check::Mapping shared = own(3, 4096 * mebibyte);
  shared.is_private = false;
  const auto found = check::predict(
      {}, std::vector{own(1, 256 * mebibyte), own(2, 768 * mebibyte), shared}, ten_a_megabyte);
  REQUIRE(found.causes.size() == 2);
  CHECK(found.causes[0].mapping.begin == 2);
  CHECK(found.causes[0].share == doctest::Approx(0.75));
  CHECK(found.causes[1].share == doctest::Approx(0.25));
}

TEST_CASE("a process without memory of its own costs the fixed part") {
  const auto found = check::predict({}, std::vector<check::Mapping>(), ten_a_megabyte);
  CHECK(found.stall == 1ms);
  CHECK(found.causes.empty());
}

TEST_CASE("a huge page faults once, where its small ones would 512 times") {
  check::Mapping huge = own(1, 1024 * mebibyte);
  huge.huge = huge.resident;
  CHECK(check::predict({}, std::vector{huge}, ten_a_megabyte).faults == 512);
}

TEST_CASE("without mappings a prediction is a bound, by what is the process's own") {
  process::Process process;
  process.memory.resident = 3072 * mebibyte;
  process.memory.anonymous = 1024 * mebibyte;
  process.memory.page_tables = 6 * mebibyte;
  const auto found = check::predict(process, std::nullopt, ten_a_megabyte);
  CHECK(check::is_bound(found));
  CHECK(found.tables == 2 * mebibyte);
  CHECK(found.stall == 21ms);
}

TEST_CASE("no more tables are copied than there are") {
  process::Process process;
  process.memory.anonymous = 1024 * mebibyte;
  process.memory.page_tables = mebibyte;
  CHECK(check::predict(process, std::nullopt, ten_a_megabyte).tables == mebibyte);
}

TEST_CASE("a stall is rated in words") {
  CHECK(check::rating(999us) == "good");
  CHECK(check::rating(1ms) == "noticeable");
  CHECK(check::rating(10ms) == "bad");
  CHECK(check::rating(100ms) == "very bad");
}
