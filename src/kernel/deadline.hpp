// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace forklift::kernel {

/// A point on CLOCK_MONOTONIC, or never.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  static Deadline never() noexcept { return Deadline(); }
  static Deadline after(std::chrono::nanoseconds span) noexcept {
    const auto now = Clock::now();
    Deadline deadline;
    // A span too long to add is never, and a past one is now: a point in the
    // far past would overflow in `left`.
    const auto ahead = std::max(span, std::chrono::nanoseconds(0));
    if (ahead < Clock::time_point::max() - now) deadline.point_ = now + ahead;
    return deadline;
  }

  bool is_never() const noexcept { return !point_; }
  std::optional<Clock::time_point> point() const noexcept { return point_; }
  bool passed() const noexcept { return point_ && Clock::now() >= *point_; }

  /// The time left, at least zero, for poll(2) and futex(2).
  ///
  /// Requires: not never.
  timespec left() const noexcept {
    const auto span = std::max(std::chrono::nanoseconds(0), *point_ - Clock::now());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span);
    return {seconds.count(), static_cast<long>((span - seconds).count())};
  }

  Deadline sooner(Deadline other) const noexcept {
    if (is_never()) return other;
    return other.is_never() || *point_ < *other.point_ ? *this : other;
  }

 private:
  std::optional<Clock::time_point> point_;
};

}  // namespace forklift::kernel
