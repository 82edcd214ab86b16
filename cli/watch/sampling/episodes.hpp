// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "watch/sampling/intervals.hpp"

namespace watch::sampling {

/// A time in which threads waited for the memory lock together, without a break.
struct Episode {
  Nanoseconds begin{};
  Nanoseconds end{};
  std::vector<Interval> waits;
  unsigned rounds = 0;                ///< in which somebody was found waiting
  std::vector<Interval> runners;      ///< threads that went on all the while
  std::uint64_t reaped_at_begin = 0;  ///< of the process's children
  pid_t maker = 0;                    ///< of a child that came up meanwhile
  pid_t child = 0;
};

/// Puts waits together into episodes.
class Episodes {
 public:
  bool under_way() const { return open_.has_value(); }
  /// True if one begins: somebody waits.
  bool begin_if_any(const Intervals& now);
  Episode* current() { return open_ ? &*open_ : nullptr; }
  void ended(const Interval& interval);
  /// The episode that is over now that these still wait.
  std::optional<Episode> round(const Intervals& now);

 private:
  std::optional<Episode> open_;
};

/// The thread that went on through most of an episode; 0 if none did.
pid_t likely_maker(const Episode& episode);

}  // namespace watch::sampling
