// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "watch/proc/size.hpp"
#include "recording/recording.hpp"
#include "watch/sampling/episodes.hpp"
#include "watch/sampling/child_tracker.hpp"

namespace watch::sampling {

/// Infers calls and waits from the sampled places of threads. A copying call
/// shows as threads that wait for the memory lock together and a child that
/// appears at the end; a suspending one by its caller; without any of these a
/// call is only a new child.
class Calls {
 public:
  /// `size` is called when a call begins.
  Calls(pid_t pid, Nanoseconds least_wait, SizeReader& size);

  /// One sample of the process with this number of threads.
  void saw(Nanoseconds now, std::vector<ThreadSample> sightings, std::size_t threads,
           Recording& recording);
  /// Reports what waited for its child in vain.
  void conclude(Nanoseconds now, Recording& recording);

  /// More samples are needed.
  bool under_way() const;
  bool copying_under_way() const { return episodes_.under_way(); }
  /// Threads in the middle of an interval must be sampled.
  std::set<pid_t> worth_a_look() const;

 private:
  void take_over(const std::vector<Interval>& over, Recording& recording);
  void suspended(const Interval& interval, Recording& recording);
  void check_children(Nanoseconds now, std::size_t threads, Recording& recording);
  std::vector<pid_t> likely_makers() const;
  void born(const ChildTracker::Birth& birth, Nanoseconds now, Recording& recording);
  Episode* episode_without_child();
  void settle(Nanoseconds now, Recording& recording);
  void tell(const Episode& episode, std::uint64_t call, Recording& recording);
  void add(Call call, Recording& recording);

  pid_t pid_;
  Nanoseconds least_wait_;
  SizeReader& size_;
  ChildTracker children_;
  Intervals intervals_;
  Episodes episodes_;
  std::deque<Episode> waiting_for_child_;
  std::set<pid_t> makers_;  // created a child before
  std::map<pid_t, pid_t> suspended_by_;
  std::vector<ThreadSample> last_seen_;
  std::optional<Size> size_before_;
  Nanoseconds next_full_check_{};
  Nanoseconds check_until_{};
  std::uint64_t last_number_ = 0;
};

}  // namespace watch::sampling
