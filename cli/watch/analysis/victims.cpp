// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>

#include "watch/analysis/parts.hpp"

namespace watch {
namespace {

// A call caught a thread if it could not run for most of the call.
constexpr int part_of_call = 2;

std::map<std::uint64_t, std::set<pid_t>> caught(const Recording& recording,
                                                const CallIndex& index) {
  std::map<std::uint64_t, std::set<pid_t>> threads;
  for (const Wait& wait : recording.waits) {
    const Call* const call = index.find(wait.call);
    if (!call || call->thread == wait.thread || !may_copy(*call)) continue;
    if (part_of_call * wait.overlap >= call->duration) threads[call->number].insert(wait.thread);
  }
  return threads;
}

std::size_t threads_at(const Call& call, const Recording& recording) {
  return call.size && call.size->threads > 0 ? call.size->threads : recording.header.target.threads;
}

}  // namespace

Blocked blocked(const Waits& waits, Nanoseconds Wait::*time) {
  std::vector<Nanoseconds> times;
  std::set<pid_t> threads;
  for (const Wait* const wait : waits) {
    times.push_back(wait->*time);
    threads.insert(wait->thread);
  }
  return {waits.size(), threads.size(), spread(std::move(times))};
}

std::vector<BlockedAt> by_place(const Waits& waits) {
  std::map<std::pair<std::string, Stack>, Waits> all;
  for (const Wait* const wait : waits) all[{wait->thread_name, wait->stack}].push_back(wait);
  std::vector<BlockedAt> places;
  for (const auto& [place, some] : all) {
    places.push_back({place.first, place.second, blocked(some, &Wait::overlap)});
  }
  std::ranges::stable_sort(places, std::greater<>{},
                           [](const BlockedAt& place) { return place.blocked.time.total; });
  return places;
}

Victims count_victims(const Waits& victims) {
  Victims figures;
  figures.all = blocked(victims, &Wait::overlap);
  std::map<std::uint64_t, Waits> calls;
  for (const Wait* const wait : victims) calls[wait->call].push_back(wait);
  figures.calls = calls.size();
  std::size_t threads = 0;
  for (const auto& [call, waits] : calls) {
    const Blocked of_call = blocked(waits, &Wait::overlap);
    threads += of_call.threads;
    if (of_call.time.total <= figures.worst_call) continue;
    figures.worst_call = of_call.time.total;
    figures.worst = call;
  }
  if (!calls.empty())
    figures.per_call = static_cast<double>(threads) / static_cast<double>(calls.size());
  figures.places = by_place(victims);
  return figures;
}

void count_freezes(const Recording& recording, const CallIndex& index, Analysis& analysis) {
  for (const auto& [number, threads] : caught(recording, index)) {
    const Call& call = *index.find(number);
    if (threads.size() + 1 < threads_at(call, recording)) continue;
    ++analysis.frozen_calls;
    analysis.longest_freeze = std::max(analysis.longest_freeze, call.duration);
  }
}

}  // namespace watch
