// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/analysis/spread.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace watch {
namespace {

// The time at a fraction of the way through sorted times (nearest rank).
Nanoseconds at(const std::vector<Nanoseconds>& sorted, double fraction) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(std::lround(fraction * last))];
}

// The number of doublings that make a microsecond longer.
std::size_t doublings(Nanoseconds time) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  const auto counted = static_cast<std::uint64_t>(std::max<std::int64_t>(microseconds, 0));
  return static_cast<std::size_t>(std::bit_width(counted));  // an int since GCC 14
}

}  // namespace

Nanoseconds sum(const std::vector<Nanoseconds>& times) {
  std::int64_t total = 0;
  for (const Nanoseconds time : times) {
    if (__builtin_add_overflow(total, time.count(), &total)) return Nanoseconds::max();
  }
  return Nanoseconds(total);
}

Spread spread(std::vector<Nanoseconds> times) {
  if (times.empty()) return {};
  std::ranges::sort(times);
  return {times.size(), at(times, 0.5), at(times, 0.99), times.back(), sum(times)};
}

std::vector<Bin> histogram(const std::vector<Nanoseconds>& times) {
  if (times.empty()) return {};
  const auto [least, most] = std::ranges::minmax(times);
  std::vector<Bin> bins;
  for (std::size_t i = doublings(least); i <= doublings(most); ++i) {
    bins.push_back({std::chrono::microseconds(std::int64_t{1} << i), 0});
  }
  for (const Nanoseconds time : times) ++bins[doublings(time) - doublings(least)].count;
  return bins;
}

}  // namespace watch
