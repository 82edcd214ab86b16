// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "watch/sampling/intervals.hpp"

namespace watch::sampling {

/// A time in which threads waited for the memory lock together, without a gap.
struct Episode {
  Nanoseconds begin{};
  Nanoseconds end{};
  std::vector<Interval> waits;
  unsigned rounds = 0;                ///< with a waiting thread
  std::vector<Interval> runners;      ///< threads that ran all the while
  std::uint64_t reaped_at_begin = 0;  ///< of the process's children
  pid_t maker = 0;                    ///< of a child that appeared meanwhile
  pid_t child = 0;
};

/// Groups waits into episodes.
class Episodes {
 public:
  bool under_way() const { return open_.has_value(); }
  /// True if one begins: a thread waits.
  bool begin_if_any(const Intervals& now);
  Episode* current() { return open_ ? &*open_ : nullptr; }
  void ended(const Interval& interval);
  /// The episode that is over, given those that still wait.
  std::optional<Episode> round(const Intervals& now);

 private:
  std::optional<Episode> open_;
};

/// The thread that ran through most of an episode; 0 if none did.
pid_t likely_maker(const Episode& episode);

}  // namespace watch::sampling
