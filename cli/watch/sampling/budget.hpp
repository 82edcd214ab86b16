// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "recording/event.hpp"

namespace watch::sampling {

/// Keeps sampling below a fiftieth of one processor: by fewer rounds a second
/// while nothing happens, then by fewer threads a round. The savings are spent
/// on sampling often while something happens.
class Budget {
 public:
  explicit Budget(Nanoseconds least_step) : least_step_(least_step) {}

  /// The cost of a round of this many samples, and the sleep before it.
  void spent(Nanoseconds processor, std::size_t looks);
  void passed(Nanoseconds time);

  /// Until the next round.
  Nanoseconds step(std::size_t threads, bool something_happens) const;
  std::size_t looks_a_round(std::size_t threads, bool something_happens) const;

 private:
  bool may_hurry(bool something_happens) const;
  Nanoseconds cost_of(std::size_t looks) const;

  Nanoseconds least_step_;
  double cost_of_look_ = 3000;  // nanoseconds
  Nanoseconds saved_ = std::chrono::milliseconds(10);
};

}  // namespace watch::sampling
