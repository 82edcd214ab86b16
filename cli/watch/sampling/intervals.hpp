// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <map>
#include <vector>

#include "recording/event.hpp"
#include "watch/proc/wait_channel.hpp"

namespace watch::sampling {

/// Where a thread was found at one moment.
struct ThreadSample {
  pid_t thread = 0;
  WaitChannel place = WaitChannel::unknown;
};

/// A time in which a thread was found at one place whenever somebody looked.
struct Interval {
  pid_t thread = 0;
  WaitChannel place = WaitChannel::unknown;
  Nanoseconds begin{};
  Nanoseconds end{};
  unsigned sightings = 0;
};

/// Makes stretches of sightings. A change lies in the middle between the two
/// sightings around it; across a pause in looking nothing is concluded.
class Intervals {
 public:
  /// Gives the stretches that are over.
  std::vector<Interval> saw(Nanoseconds at, const std::vector<ThreadSample>& sightings);
  /// Their ends are the last sightings so far.
  std::vector<Interval> under_way(WaitChannel place) const;

 private:
  std::map<pid_t, Interval> now_;
};

}  // namespace watch::sampling
