// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/perf/wchan_sampler.hpp"

#include <algorithm>
#include <ranges>

#include "watch/proc/clock.hpp"
#include "watch/proc/tasks.hpp"

namespace watch::perf {
namespace {

constexpr std::size_t remembered = 256;

}  // namespace

void WchanSampler::look_at(pid_t thread) {
  auto& wchan = threads_[thread].wchan;
  if (!wchan.opened()) wchan = KeptFile(task_file(pid_, thread, "wchan"));
  const auto begin = monotonic_now();
  const WaitChannel place = wait_channel_named(wchan.look());
  note(thread, begin, monotonic_now(), place);
}

void WchanSampler::note(pid_t thread, Nanoseconds begin, Nanoseconds end, WaitChannel place) {
  if (place == WaitChannel::unknown || place == WaitChannel::running) return;
  auto& seen = threads_[thread];
  seen.last.push_back({.begin = begin, .end = end, .place = place});
  if (seen.last.size() > remembered) seen.last.pop_front();
  if (place == WaitChannel::futex) ++seen.in_futex;
  if (place == WaitChannel::elsewhere) ++seen.elsewhere;
}

void WchanSampler::ended(pid_t thread) { threads_.erase(thread); }

// At its edges the thread may have been at the previous or next place.
std::optional<WaitChannel> WchanSampler::within(const OffCpu& off) const {
  const auto found = threads_.find(off.thread);
  if (found == threads_.end()) return std::nullopt;
  for (const auto& look : std::views::reverse(found->second.last)) {
    if (look.end <= off.begin) return std::nullopt;
    if (look.begin >= off.begin && look.end <= off.end) return look.place;
  }
  return std::nullopt;
}

std::optional<WaitChannel> WchanSampler::habit(pid_t thread) const {
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return std::nullopt;
  const auto& seen = found->second;
  if (seen.in_futex + seen.elsewhere == 0) return std::nullopt;
  return seen.in_futex > seen.elsewhere ? WaitChannel::futex : WaitChannel::elsewhere;
}

}  // namespace watch::perf
