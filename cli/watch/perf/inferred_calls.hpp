// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "watch/perf/wchan_sampler.hpp"

namespace watch::perf {

/// Infers calls from surrounding events, where the calls themselves may not be
/// watched.
///
/// The kernel reports a child at the end of its creation. The call began after
/// its maker last ran its own code or woke up, and before the first of the
/// other threads blocked that returned with the child.
class InferredCalls {
 public:
  explicit InferredCalls(const WchanSampler& looks) : looks_(looks) {}

  void ran(const Record& record) {
    ran_[record.thread] = record.at;
    without_processor_.erase(record.thread);
  }
  void born(const Record& forked, const Switches& switches);
  void executed(const Record& record);
  void ended(const Record& record);
  void was_off(const OffCpu& off);

  /// Calls that are complete.
  std::vector<Call> settle(Nanoseconds seen_until, const Switches& switches);
  /// The earliest possible start of the first unsettled call.
  std::optional<Nanoseconds> earliest() const;

 private:
  struct Birth {
    pid_t maker = 0;
    pid_t child = 0;
    Nanoseconds at{};
    Nanoseconds least_begin{};
    Nanoseconds on_processor{};   // from then until the child's creation
    std::optional<OffCpu> slept;  // of the maker, right afterwards
    std::optional<Nanoseconds> executed;
    std::optional<Nanoseconds> ended;
    Nanoseconds runs_since{};  // its maker, unless it was switched out since
    bool stuck_known = false;
    std::optional<Nanoseconds> first_stuck;  // of the other threads
  };
  void note_way_back(const OffCpu& off);
  static bool is_on_way_back(const Birth& birth, const OffCpu& off);
  bool may_change(Birth& birth, Nanoseconds seen_until, const Switches& switches) const;
  std::optional<Nanoseconds> find_first_stuck(const Birth& birth) const;
  static Call call_of(const Birth& birth);

  const WchanSampler& looks_;
  std::map<pid_t, Nanoseconds> ran_;
  std::map<pid_t, Nanoseconds> without_processor_;  // since it ran or woke up
  std::deque<Birth> births_;
  std::deque<OffCpu> recent_;
};

}  // namespace watch::perf
