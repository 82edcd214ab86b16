// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/statistics.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <random>

TEST_CASE("a summary gives the median, the 99th percentile and the greatest") {
  std::vector<double> figures(101);
  std::iota(figures.rbegin(), figures.rend(), 0.0);
  const auto summary = lab::summarize(figures);
  CHECK(summary.p50 == 50);
  CHECK(summary.p99 == 99);
  CHECK(summary.max == 100);
}

TEST_CASE("the interval of a median holds the true median about 95 times in 100") {
  std::mt19937 random(7);
  std::lognormal_distribution<double> skewed(0, 1);  // its median is 1
  int held = 0;
  constexpr int trials = 1000;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<double> figures(61);
    for (double& figure : figures) figure = skewed(random);
    const auto interval = lab::interval(figures);
    CHECK(interval.low <= interval.p50);
    CHECK(interval.p50 <= interval.high);
    held += interval.low <= 1 && 1 <= interval.high;
  }
  CHECK(held > 0.92 * trials);
  CHECK(held < 0.99 * trials);
}

TEST_CASE("a ratio shows no difference until its whole interval lies 2 % from one") {
  CHECK(lab::no_difference({1.00, 0.99, 1.01}));
  CHECK(lab::no_difference({1.05, 1.01, 1.09}));
  CHECK_FALSE(lab::no_difference({1.05, 1.03, 1.07}));
  CHECK_FALSE(lab::no_difference({0.90, 0.85, 0.97}));
}
