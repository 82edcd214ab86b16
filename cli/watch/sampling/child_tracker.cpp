// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/sampling/child_tracker.hpp"

#include <fmt/core.h>

#include "watch/proc/tasks.hpp"

namespace watch::sampling {
namespace {

// Of waited-for children, as fields of /proc/PID/stat.
constexpr unsigned faults = 11;
constexpr unsigned user_time = 16;
constexpr unsigned system_time = 17;
constexpr std::size_t most_known = 10'000;
constexpr std::size_t most_makers = 128;

}  // namespace

ChildTracker::ChildTracker(pid_t pid)
    : pid_(pid), load_("/proc/loadavg"), stat_(fmt::format("/proc/{}/stat", pid)) {
  births(threads_of(pid));
  anything_born();
}

std::vector<ChildTracker::Birth> ChildTracker::births(const std::vector<pid_t>& makers) {
  std::vector<Birth> all;
  if (known_.size() > most_known) known_.clear();
  if (makers_.size() > most_makers) makers_.clear();
  for (const pid_t maker : makers) {
    auto& file = makers_[maker];
    if (!file.opened()) file = KeptFile(task_file(pid_, maker, "children"));
    for (const pid_t child : pids_in(file.look())) {
      if (known_.insert(child).second) all.push_back({.maker = maker, .child = child});
    }
  }
  return all;
}

// The last word of /proc/loadavg is the most recent pid.
bool ChildTracker::anything_born() {
  const auto load = load_.look();
  const auto last = load.substr(load.rfind(' ') + 1);
  if (last == last_born_) return false;
  last_born_ = last;
  return true;
}

std::uint64_t ChildTracker::reaped() {
  const auto stat = stat_.look();
  return stat_number(stat, faults) + stat_number(stat, user_time) + stat_number(stat, system_time);
}

}  // namespace watch::sampling
