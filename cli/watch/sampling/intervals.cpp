// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/sampling/intervals.hpp"

#include <algorithm>

namespace watch::sampling {
namespace {

// More than that between two samples is a pause: the thread may have moved.
constexpr Nanoseconds longest_step = std::chrono::milliseconds(40);

}  // namespace

std::vector<Interval> Intervals::saw(Nanoseconds at, const std::vector<ThreadSample>& sightings) {
  std::vector<Interval> over;
  for (const auto& [thread, place] : sightings) {
    auto& now = now_[thread];
    const bool first = now.sightings == 0;
    const bool pause = !first && at - now.end > longest_step;
    if (!first && !pause && now.place == place) {
      now.end = at;
      ++now.sightings;
      continue;
    }
    const auto middle = first || pause ? at : now.end + (at - now.end) / 2;
    Interval last = now;
    if (!pause) last.end = middle;
    if (!first) over.push_back(last);
    now = {.thread = thread, .place = place, .begin = middle, .end = at, .sightings = 1};
    if (place == WaitChannel::unknown) now_.erase(thread);
  }
  return over;
}

std::vector<Interval> Intervals::under_way(WaitChannel place) const {
  std::vector<Interval> all;
  for (const auto& [thread, now] : now_) {
    if (now.place == place) all.push_back(now);
  }
  return all;
}

}  // namespace watch::sampling
