// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/perf/inferred_calls.hpp"

#include <sched.h>

#include <algorithm>
#include <csignal>
#include <limits>

namespace watch::perf {
namespace {

using std::chrono::milliseconds;

constexpr Nanoseconds together = milliseconds(2);
constexpr Nanoseconds freed_before = std::chrono::microseconds(500);
constexpr Nanoseconds settles_after = milliseconds(3);
// A suspended maker sleeps until its child executes; the longest wait for that.
constexpr Nanoseconds longest_suspension = std::chrono::seconds(30);
constexpr Nanoseconds remembered = std::chrono::seconds(2);
// Suspended makers sleep at once; others first return, fault and close files.
constexpr Nanoseconds at_once = std::chrono::microseconds(150);
// exec wakes them before its record is written.
constexpr Nanoseconds exec_wakes_before = milliseconds(2);
constexpr Nanoseconds shortest_stuck = std::chrono::microseconds(600);
// A creation that keeps a processor busy for this long copies page tables:
// without a copy it takes a tenth of that.
constexpr Nanoseconds only_copies = milliseconds(2);

}  // namespace

void InferredCalls::born(const Record& forked, const Switches& switches) {
  const auto ran = ran_.find(forked.thread);
  auto least = switches.last_wake(forked.thread);
  if (ran != ran_.end()) least = std::max(least, ran->second);
  const bool known = least != Nanoseconds{};
  const auto spent = known ? forked.at - least - without_processor_[forked.thread] : Nanoseconds{};
  births_.push_back({.maker = forked.thread,
                     .child = forked.child,
                     .at = forked.at,
                     .least_begin = least,
                     .on_processor = spent,
                     .slept = {},
                     .executed = {},
                     .ended = {},
                     .runs_since = forked.at,
                     .first_stuck = {}});
}

void InferredCalls::executed(const Record& record) {
  for (auto& birth : births_) {
    if (birth.child == record.process && !birth.executed) birth.executed = record.at;
  }
}

void InferredCalls::ended(const Record& record) {
  for (auto& birth : births_) {
    if (birth.child == record.thread) birth.ended = record.at;
  }
}

// Others got its processor before it had run for long after the creation.
bool InferredCalls::is_on_way_back(const Birth& birth, const OffCpu& off) {
  return birth.maker == off.thread && off.preempted && !birth.slept &&
         off.begin >= birth.runs_since && off.begin - birth.runs_since < way_back;
}

void InferredCalls::note_way_back(const OffCpu& off) {
  without_processor_[off.thread] += off.length();
  for (auto& birth : births_) {
    if (is_on_way_back(birth, off)) birth.runs_since = off.end;
  }
}

void InferredCalls::was_off(const OffCpu& off) {
  if (off.preempted) return note_way_back(off);
  without_processor_.erase(off.thread);
  for (auto& birth : births_) {
    const bool right_afterwards =
        off.begin >= birth.runs_since && off.begin - birth.runs_since < at_once;
    if (birth.maker == off.thread && !birth.slept && right_afterwards) birth.slept = off;
  }
  if (off.length() >= shortest_stuck) recent_.push_back(off);
  while (!recent_.empty() && recent_.front().end < off.end - remembered) recent_.pop_front();
}

// A suspended maker returns when the child executes or ends, not before.
bool InferredCalls::may_change(Birth& birth, Nanoseconds seen_until,
                               const Switches& switches) const {
  const auto age = seen_until - birth.at;
  if (age < settles_after) return true;
  if (!birth.stuck_known) birth.first_stuck = find_first_stuck(birth);
  birth.stuck_known = true;
  const auto asleep = switches.under_way(birth.maker, seen_until);
  if (asleep && is_on_way_back(birth, *asleep)) return true;
  const bool since_birth = asleep && !asleep->preempted && asleep->begin >= birth.runs_since &&
                           asleep->begin - birth.runs_since < at_once;
  return since_birth && !birth.executed && !birth.ended && age < longest_suspension;
}

std::optional<Nanoseconds> InferredCalls::find_first_stuck(const Birth& birth) const {
  std::optional<Nanoseconds> first;
  for (const auto& off : recent_) {
    // The lock is held until shortly before the creation is recorded.
    if (off.thread == birth.maker || birth.at - off.begin < shortest_stuck) continue;
    if (off.end < birth.at - freed_before) continue;
    if (off.begin < birth.least_begin || std::chrono::abs(off.end - birth.at) > together) continue;
    if (looks_.within(off).value_or(WaitChannel::memory_lock) != WaitChannel::memory_lock) continue;
    first = first ? std::min(*first, off.begin) : off.begin;
  }
  return first;
}

// A maker that then waits for its child's end sleeps, too, but longer.
Call InferredCalls::call_of(const Birth& birth) {
  Call call;
  call.thread = birth.maker;
  call.child = birth.child;
  const bool suspended = birth.slept && birth.executed &&
                         birth.slept->end >= *birth.executed - exec_wakes_before &&
                         (!birth.ended || birth.slept->end < *birth.ended);
  const auto stuck = suspended ? std::nullopt : birth.first_stuck;
  call.cut = !stuck && birth.least_begin == Nanoseconds{};
  call.begin = stuck ? *stuck : call.cut ? birth.at : birth.least_begin;
  call.duration = (suspended ? birth.slept->end : birth.at) - call.begin;
  call.until_ran = std::max(call.duration, birth.runs_since - call.begin);
  if (suspended) call.flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
  if (stuck || (!suspended && birth.on_processor >= only_copies)) call.flags = SIGCHLD;
  return call;
}

std::vector<Call> InferredCalls::settle(Nanoseconds seen_until, const Switches& switches) {
  std::vector<Call> calls;
  while (!births_.empty() && !may_change(births_.front(), seen_until, switches)) {
    calls.push_back(call_of(births_.front()));
    births_.pop_front();
  }
  return calls;
}

std::optional<Nanoseconds> InferredCalls::earliest() const {
  if (births_.empty()) return std::nullopt;
  return births_.front().least_begin;
}

}  // namespace watch::perf
