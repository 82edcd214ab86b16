// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <cmath>
#include <forklift/histogram.hpp>

namespace forklift {

using std::chrono::nanoseconds;

// Times below 8 have a bucket each; above, the three bits after the highest one
// select the bucket within a doubling.
std::size_t Histogram::index_of(std::uint64_t time) noexcept {
  if (time < 8) return time;
  const auto doubling = static_cast<std::size_t>(std::bit_width(time)) - 4;
  return 8 * doubling + (time >> doubling);
}

std::uint64_t Histogram::end_of(std::size_t index) noexcept {
  if (index < 8) return index + 1;
  const std::size_t doubling = index / 8 - 1;
  return (8 + index % 8 + 1) << doubling;
}

void Histogram::add(nanoseconds time) noexcept {
  const auto number = static_cast<std::uint64_t>(std::max(time, nanoseconds(0)).count());
  ++counts_[index_of(number)];
  ++count_;
  longest_ = std::max(longest_, time);
}

nanoseconds Histogram::quantile(double part) const noexcept {
  const auto rank = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < size; ++i) {
    seen += counts_[i];
    if (counts_[i] == 0 || seen < rank) continue;
    return std::min(longest_, nanoseconds(end_of(i) - 1));
  }
  return longest_;
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> all;
  for (std::size_t i = 0; i < size; ++i) {
    if (counts_[i] != 0) all.push_back({nanoseconds(end_of(i)), counts_[i]});
  }
  return all;
}

}  // namespace forklift
