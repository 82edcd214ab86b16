// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <map>
#include <vector>

#include "recording/event.hpp"
#include "watch/proc/wait_channel.hpp"

namespace watch::sampling {

/// Where a thread was at one moment.
struct ThreadSample {
  pid_t thread = 0;
  WaitChannel place = WaitChannel::unknown;
};

/// A time in which every sample found a thread at the same place.
struct Interval {
  pid_t thread = 0;
  WaitChannel place = WaitChannel::unknown;
  Nanoseconds begin{};
  Nanoseconds end{};
  unsigned sightings = 0;
};

/// Converts samples into intervals. A change lies midway between the two
/// samples around it; nothing is concluded across a pause in sampling.
class Intervals {
 public:
  /// Returns the intervals that are over.
  std::vector<Interval> saw(Nanoseconds at, const std::vector<ThreadSample>& sightings);
  /// Their ends are the last samples so far.
  std::vector<Interval> under_way(WaitChannel place) const;

 private:
  std::map<pid_t, Interval> now_;
};

}  // namespace watch::sampling
