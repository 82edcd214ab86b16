// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/sampling/episodes.hpp"

#include <algorithm>

namespace watch::sampling {
namespace {

Nanoseconds common(const Interval& interval, const Episode& episode) {
  return std::min(interval.end, episode.end) - std::max(interval.begin, episode.begin);
}

}  // namespace

bool Episodes::begin_if_any(const Intervals& now) {
  const auto waiting = now.under_way(WaitChannel::memory_lock);
  if (open_ || waiting.empty()) return false;
  const auto first = std::ranges::min(waiting, {}, &Interval::begin);
  open_ = Episode{};
  open_->begin = first.begin;
  return true;
}

void Episodes::ended(const Interval& interval) {
  if (!open_) return;
  if (interval.place == WaitChannel::running) open_->runners.push_back(interval);
  if (interval.place != WaitChannel::memory_lock) return;
  open_->end = std::max(open_->end, interval.end);
  open_->begin = std::min(open_->begin, interval.begin);
  open_->waits.push_back(interval);
}

std::optional<Episode> Episodes::round(const Intervals& now) {
  if (!open_) return std::nullopt;
  if (!now.under_way(WaitChannel::memory_lock).empty()) {
    ++open_->rounds;
    return std::nullopt;
  }
  auto over = std::move(open_);
  open_.reset();
  std::ranges::move(now.under_way(WaitChannel::running), std::back_inserter(over->runners));
  return over;
}

pid_t likely_maker(const Episode& episode) {
  pid_t maker = 0;
  Nanoseconds longest{};
  for (const auto& runner : episode.runners) {
    const bool waited = std::ranges::any_of(
        episode.waits, [&](const Interval& wait) { return wait.thread == runner.thread; });
    if (waited || common(runner, episode) <= longest) continue;
    longest = common(runner, episode);
    maker = runner.thread;
  }
  return maker;
}

}  // namespace watch::sampling
