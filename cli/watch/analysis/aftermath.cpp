// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "watch/analysis/parts.hpp"

namespace watch {
namespace {

using Seconds = std::chrono::duration<double>;

struct CopyingCalls {
  std::size_t count = 0;
  Nanoseconds first{};
};

CopyingCalls copying_calls(const Recording& recording) {
  CopyingCalls found;
  for (const Call& call : recording.calls) {
    if (!may_copy(call) || call.error != 0) continue;
    if (found.count++ == 0 || call.begin < found.first) found.first = call.begin;
  }
  return found;
}

// Counters never decrease, except in a damaged recording.
double grown(std::uint64_t from, std::uint64_t to) {
  return to > from ? static_cast<double>(to - from) : 0;
}

// Between two samples, of which the later has the counter.
struct Interval {
  const Sample& from;
  const Sample& to;

  double seconds() const { return Seconds(to.at - from.at).count(); }
  double copy_faults() const {
    return from.copy_faults && to.copy_faults ? grown(*from.copy_faults, *to.copy_faults) : 0;
  }
  double time(std::optional<Nanoseconds> Sample::*which) const {
    return from.*which && to.*which ? Seconds(*(to.*which) - *(from.*which)).count() : 0;
  }
};

std::vector<Interval> intervals(const std::vector<Sample>& samples) {
  std::vector<Interval> all;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (samples[i].at > samples[i - 1].at) all.push_back({samples[i - 1], samples[i]});
  }
  return all;
}

struct Total {
  double seconds = 0;
  double copy_faults = 0;
  double fault_time = 0;
  double call_time = 0;

  void add(const Interval& interval) {
    seconds += interval.seconds();
    copy_faults += interval.copy_faults();
    fault_time += interval.time(&Sample::fault_time);
    call_time += interval.time(&Sample::call_time);
  }
};

// The excess over the rate before.
double beyond(double after, double before, const Total& later, const Total& earlier) {
  const double pace = earlier.seconds > 0 ? before / earlier.seconds : 0;
  return std::max(0.0, after - pace * later.seconds);
}

Nanoseconds whole(double seconds) {
  return std::chrono::duration_cast<Nanoseconds>(Seconds(seconds));
}

bool knows(const std::vector<Sample>& samples, auto Sample::*what) {
  return std::ranges::any_of(samples,
                             [&](const Sample& sample) { return (sample.*what).has_value(); });
}

}  // namespace

std::optional<Aftermath> aftermath(const Recording& recording) {
  const bool has_faults = knows(recording.samples, &Sample::copy_faults);
  const bool has_time = knows(recording.samples, &Sample::fault_time);
  if (!has_faults && !has_time) return std::nullopt;
  const CopyingCalls calls = copying_calls(recording);
  Total before, later;
  Aftermath after;
  for (const Interval& interval : intervals(recording.samples)) {
    const bool is_before = calls.count == 0 || interval.to.at <= calls.first;
    (is_before ? before : later).add(interval);
    after.per_second.push_back(interval.copy_faults() / interval.seconds());
  }
  after.without_call = before.copy_faults;
  after.before_per_second = before.seconds > 0 ? before.copy_faults / before.seconds : 0;
  after.copy_faults = beyond(later.copy_faults, before.copy_faults, later, before);
  if (calls.count > 0) after.per_call = after.copy_faults / static_cast<double>(calls.count);
  if (has_time)
    after.fault_time = whole(beyond(later.fault_time, before.fault_time, later, before));
  if (knows(recording.samples, &Sample::call_time)) after.call_time = whole(later.call_time);
  return after;
}

}  // namespace watch
