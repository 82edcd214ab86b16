// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <forklift/export.hpp>
#include <vector>

namespace forklift {

/// Latency histogram with 12.5 % resolution.
///
/// It has eight buckets for each doubling, so the resolution is relative.
/// Threads: one at a time.
class FORKLIFT_EXPORT Histogram {
 public:
  struct Bucket {
    std::chrono::nanoseconds below{};  ///< and not below the bucket before
    std::uint64_t count = 0;
  };

  void add(std::chrono::nanoseconds time) noexcept;

  std::uint64_t count() const noexcept { return count_; }
  std::chrono::nanoseconds longest() const noexcept { return longest_; }
  /// The time that the fraction `part`, 0 to 1, does not exceed; 0 if empty.
  std::chrono::nanoseconds quantile(double part) const noexcept;
  /// The buckets that are not empty, from the shortest time.
  std::vector<Bucket> buckets() const;

 private:
  static constexpr std::size_t size = 8 * 62;
  static std::size_t index_of(std::uint64_t time) noexcept;
  static std::uint64_t end_of(std::size_t index) noexcept;

  std::array<std::uint64_t, size> counts_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds longest_{};
};

}  // namespace forklift
