// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <forklift/histogram.hpp>

using forklift::Histogram;
using std::chrono::nanoseconds;

TEST_CASE("a histogram's quantile is off by an eighth at most, at any time") {
  for (std::int64_t time = 1; time < std::int64_t{1} << 61; time = time * 5 / 3 + 1) {
    Histogram times;
    times.add(nanoseconds(time));
    times.add(nanoseconds::max());
    const auto found = times.quantile(0.5).count();
    CHECK(found >= time);
    CHECK(found - time <= time / 8);
  }
}

TEST_CASE("a histogram's buckets are in order and hold every time once") {
  Histogram times;
  for (int i = 0; i < 1000; ++i) times.add(nanoseconds(i));
  CHECK(times.count() == 1000);
  CHECK(times.longest() == nanoseconds(999));
  CHECK(times.quantile(1) == nanoseconds(999));
  std::uint64_t sum = 0;
  nanoseconds last{0};
  for (const auto& bucket : times.buckets()) {
    CHECK(bucket.below > last);
    CHECK(bucket.count ==
          static_cast<std::uint64_t>((std::min(bucket.below, nanoseconds(1000)) - last).count()));
    last = bucket.below;
    sum += bucket.count;
  }
  CHECK(sum == 1000);
}

TEST_CASE("an empty histogram says 0, and a time before its begin counts as 0") {
  Histogram times;
  CHECK(times.quantile(0.99) == nanoseconds(0));
  CHECK(times.buckets().empty());
  times.add(nanoseconds(-5));
  CHECK(times.longest() == nanoseconds(0));
  CHECK(times.count() == 1);
}
