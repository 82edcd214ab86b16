// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/perf/wait_classifier.hpp"

#include <algorithm>

namespace watch::perf {
namespace {

constexpr Nanoseconds lately = std::chrono::milliseconds(500);

}  // namespace

void WaitClassifier::finished(const Call& call) {
  spans_.push_back({.number = call.number,
                    .thread = call.thread,
                    .begin = call.begin,
                    .end = call.begin + call.duration,
                    .copying = copies(call),
                    .blocked = {}});
}

void WaitClassifier::preempted(const OffCpu& off) {
  const bool old = longest_preempted_.end < off.end - lately;
  if (old || off.length() > longest_preempted_.length()) longest_preempted_ = off;
}

// Threads that a call frees compete for the processors, with others as well.
bool WaitClassifier::near(Nanoseconds moment, const Span& span) const {
  const auto duration = span.end - span.begin;
  auto tolerance = std::max<Nanoseconds>(std::chrono::milliseconds(1), duration / 20);
  if (span.end - tolerance > moment) return false;
  const bool busy = longest_preempted_.end > span.begin - lately;
  if (busy) tolerance = std::max(tolerance, longest_preempted_.length());
  return moment <= span.end + tolerance;
}

void WaitClassifier::forget_before(Nanoseconds moment) {
  while (!spans_.empty() && spans_.front().end < moment) spans_.pop_front();
}

WaitClassifier::Span* WaitClassifier::most_overlapped(const OffCpu& off, bool copying_only) {
  Span* most = nullptr;
  Nanoseconds longest{};
  for (auto& span : spans_) {
    if (span.thread == off.thread || (copying_only && span.copying != true)) continue;
    const auto common = overlap(off, span.begin, span.end);
    if (common > longest) {
      most = &span;
      longest = common;
    }
  }
  return most;
}

// Of several calls the first may put it to sleep and the last free it.
bool WaitClassifier::ends_with_copy(const OffCpu& off) const {
  bool began_within = false;
  bool ended_with = false;
  for (const auto& span : spans_) {
    if (span.thread == off.thread || span.copying != true) continue;
    if (overlap(off, span.begin, span.end) == Nanoseconds{}) continue;
    began_within |= off.begin >= span.begin;
    ended_with |= near(off.end, span);
  }
  return began_within && ended_with;
}

bool WaitClassifier::waited_for_lock(const OffCpu& off) {
  if (off.preempted) return false;
  if (const auto place = looks_.within(off)) return *place == WaitChannel::memory_lock;
  if (!ends_with_copy(off)) return false;
  const Span* const span = most_overlapped(off, true);
  return span != nullptr && std::ranges::find(span->blocked, off.thread) == span->blocked.end();
}

// Threads that often sleep, and those that slept before the call, are idle.
std::optional<Wait::Reason> WaitClassifier::other_reason(const OffCpu& off,
                                                         const Span& span) const {
  if (off.preempted) return Wait::Reason::runnable;
  const auto seen = looks_.within(off);
  const auto place = seen ? seen : looks_.habit(off.thread);
  const bool began_within = off.begin >= span.begin;
  if (place == WaitChannel::futex) {
    const bool set_free = near(off.end, span);
    if (began_within || set_free) return Wait::Reason::futex;
    return std::nullopt;
  }
  if (place || !began_within) return std::nullopt;
  return Wait::Reason::other;
}

std::optional<Wait> WaitClassifier::of(const OffCpu& off) {
  if (off.length() < least_wait_) return std::nullopt;
  Wait wait;
  wait.thread = off.thread;
  wait.begin = off.begin;
  wait.duration = off.length();
  const bool for_lock = waited_for_lock(off);
  Span* span = for_lock ? most_overlapped(off, true) : nullptr;
  if (span == nullptr) span = most_overlapped(off, false);
  if (span != nullptr) {
    wait.call = span->number;
    wait.overlap = overlap(off, span->begin, span->end);
  }
  if (for_lock) {
    wait.reason = Wait::Reason::memory_lock;
    if (span != nullptr) span->blocked.push_back(off.thread);
    return wait;
  }
  if (span == nullptr || wait.overlap < least_wait_) return std::nullopt;
  const auto reason = other_reason(off, *span);
  if (!reason) return std::nullopt;
  wait.reason = *reason;
  return wait;
}

}  // namespace watch::perf
