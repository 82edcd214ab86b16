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

/// How often something took how long, to within an eighth of it.
///
/// Buckets are eight to a doubling, so a small one and a large one say as much.
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
  /// What `part` of the times, 0 to 1, did not exceed; 0 when there are none.
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
