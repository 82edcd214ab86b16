// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

/// Repeats work until the time is over, at least once and at most the given
/// number of times: a slow or instrumented machine repeats it less often.
///
///     for (Rounds rounds(30); rounds.go_on();) launch();
class Rounds {
 public:
  explicit Rounds(int most, std::chrono::milliseconds time = std::chrono::milliseconds(500))
      : most_(most), end_(std::chrono::steady_clock::now() + time) {}

  /// Whether one more round begins.
  bool go_on() {
    if (begun_ == most_ || (begun_ > 0 && std::chrono::steady_clock::now() >= end_)) return false;
    ++begun_;
    return true;
  }
  /// The number of the round, from 0.
  int number() const { return begun_ - 1; }
  /// The number of rounds begun.
  int begun() const { return begun_; }

 private:
  int most_;
  int begun_ = 0;
  std::chrono::steady_clock::time_point end_;
};
