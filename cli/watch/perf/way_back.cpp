// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/perf/way_back.hpp"

#include <algorithm>
#include <utility>

namespace watch::perf {

void WayBack::returned(Call call) {
  over(call.thread);
  call.until_ran = call.duration;
  const pid_t thread = call.thread;
  const auto end = call.begin + call.duration;
  callers_[thread] = {.call = std::move(call), .runs_since = end, .away = false};
}

// A thread that goes to sleep does something else, so it is back.
void WayBack::out(const Record& record) {
  const auto found = callers_.find(record.thread);
  if (found == callers_.end()) return;
  auto& caller = found->second;
  caller.away = record.preempted && record.at - caller.runs_since < way_back;
  if (!caller.away) over(record.thread);
}

void WayBack::in(const OffCpu& off) {
  const auto found = callers_.find(off.thread);
  if (found == callers_.end()) return;
  auto& [call, runs_since, away] = found->second;
  away = false;
  runs_since = off.end;
  call.until_ran = off.end - call.begin;
  call.off_cpu = call.off_cpu.value_or(Nanoseconds{}) + off.length();
  call.runnable = call.runnable.value_or(Nanoseconds{}) + off.length();
}

void WayBack::over(pid_t thread) {
  auto caller = callers_.extract(thread);
  if (caller) back_.push_back(std::move(caller.mapped().call));
}

void WayBack::over() {
  while (!callers_.empty()) over(callers_.begin()->first);
}

std::vector<Call> WayBack::take(Nanoseconds seen_until) {
  std::vector<pid_t> threads;
  for (const auto& [thread, caller] : callers_) {
    if (!caller.away && seen_until - caller.runs_since >= way_back) threads.push_back(thread);
  }
  for (const pid_t thread : threads) over(thread);
  return std::exchange(back_, {});
}

std::optional<Nanoseconds> WayBack::earliest() const {
  std::optional<Nanoseconds> first;
  const auto look_at = [&](const Call& call) {
    first = first ? std::min(*first, call.begin) : call.begin;
  };
  for (const auto& [thread, caller] : callers_) look_at(caller.call);
  for (const Call& call : back_) look_at(call);
  return first;
}

}  // namespace watch::perf
