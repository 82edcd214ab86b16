// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/perf/off_cpu.hpp"

#include <algorithm>

namespace watch::perf {

Nanoseconds overlap(const OffCpu& off, Nanoseconds begin, Nanoseconds end) {
  return std::max(Nanoseconds{}, std::min(off.end, end) - std::max(off.begin, begin));
}

void Switches::out(const Record& record) {
  out_[record.thread] = {
      .thread = record.thread, .begin = record.at, .end = record.at, .preempted = record.preempted};
}

std::optional<OffCpu> Switches::in(const Record& record) {
  const auto found = out_.find(record.thread);
  if (found == out_.end()) return std::nullopt;
  OffCpu off = found->second;
  out_.erase(found);
  off.end = record.at;
  if (!off.preempted) woke_[record.thread] = record.at;
  return off;
}

std::vector<OffCpu> Switches::under_way(Nanoseconds now) const {
  std::vector<OffCpu> all;
  for (const auto& [thread, off] : out_) all.push_back(off);
  for (auto& off : all) off.end = now;
  return all;
}

std::optional<OffCpu> Switches::under_way(pid_t thread, Nanoseconds now) const {
  const auto found = out_.find(thread);
  if (found == out_.end()) return std::nullopt;
  OffCpu off = found->second;
  off.end = now;
  return off;
}

Nanoseconds Switches::last_wake(pid_t thread) const {
  const auto found = woke_.find(thread);
  return found == woke_.end() ? Nanoseconds{} : found->second;
}

void Switches::ended(pid_t thread) {
  out_.erase(thread);
  woke_.erase(thread);
}

}  // namespace watch::perf
