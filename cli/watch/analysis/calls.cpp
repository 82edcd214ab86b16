// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <unordered_map>

#include "watch/analysis/parts.hpp"

namespace watch {
namespace {

std::vector<Nanoseconds> durations(const Calls& calls) {
  std::vector<Nanoseconds> times;
  for (const Call* const call : calls) {
    if (!call->cut) times.push_back(call->duration);
  }
  return times;
}

Spread stalls(const Calls& calls) {
  std::vector<Nanoseconds> times;
  for (const Call* const call : calls) {
    if (!call->cut) times.push_back(stall(*call));
  }
  return spread(std::move(times));
}

std::optional<Spread> until_ran(const Calls& calls) {
  std::vector<Nanoseconds> times;
  for (const Call* const call : calls) {
    if (call->until_ran && !call->cut) times.push_back(*call->until_ran);
  }
  if (times.empty()) return std::nullopt;
  return spread(std::move(times));
}

std::optional<Spread> known(const Calls& calls, std::optional<Nanoseconds> Call::*time) {
  std::vector<Nanoseconds> times;
  for (const Call* const call : calls) {
    if (call->*time) times.push_back(*(call->*time));
  }
  if (times.empty()) return std::nullopt;
  return spread(std::move(times));
}

std::optional<Spread> on_cpu(const Calls& calls) {
  std::vector<Nanoseconds> times;
  for (const Call* const call : calls) {
    if (call->off_cpu) times.push_back(stall(*call) - *call->off_cpu);
  }
  if (times.empty()) return std::nullopt;
  return spread(std::move(times));
}

std::optional<bool> copying(const Calls& calls) {
  const auto first = copies_tables(*calls.front());
  const bool all =
      std::ranges::all_of(calls, [&](const Call* c) { return copies_tables(*c) == first; });
  return all ? first : std::nullopt;
}

std::vector<std::uint64_t> flags(const Calls& calls) {
  std::map<std::uint64_t, std::size_t> seen;
  for (const Call* const call : calls) {
    if (call->flags) ++seen[*call->flags];
  }
  std::vector<std::uint64_t> all;
  for (const auto& [value, count] : seen) all.push_back(value);
  std::ranges::stable_sort(all, std::greater<>{}, [&](std::uint64_t value) { return seen[value]; });
  return all;
}

// Each size separately: the median of the threads and that of the page tables
// may belong to different calls.
void take_sizes(const Calls& calls, Group& group) {
  std::vector<Size> sizes;
  for (const Call* const call : calls) {
    if (call->size) sizes.push_back(*call->size);
  }
  if (sizes.empty()) return;
  group.median.emplace();
  group.most.emplace();
  const auto take = [&](auto Size::*part) {
    std::ranges::sort(sizes, {}, part);
    (*group.median).*part = sizes[sizes.size() / 2].*part;
    (*group.most).*part = sizes.back().*part;
  };
  for (const auto part : {&Size::page_tables, &Size::resident, &Size::swapped}) take(part);
  for (const auto part : {&Size::mappings, &Size::threads, &Size::descriptors}) take(part);
}

std::optional<double> ms_per_mebibyte(const Calls& calls) {
  double milliseconds = 0;
  double mebibytes = 0;
  for (const Call* const call : calls) {
    if (!call->size || call->size->page_tables == 0 || call->cut || !may_copy(*call)) continue;
    milliseconds += static_cast<double>(call->duration.count()) / 1e6;
    mebibytes += static_cast<double>(call->size->page_tables) / (1 << 20);
  }
  if (mebibytes <= 0) return std::nullopt;
  return milliseconds / mebibytes;
}

void count(const Calls& calls, Group& group) {
  group.calls = calls.size();
  for (const Call* const call : calls) {
    group.failures += call->error != 0;
    group.cut += call->cut;
    group.restarts += call->restarts;
    group.most_restarts = std::max(group.most_restarts, call->restarts);
    if (call->error != 0) ++group.errors[call->error];
  }
}

using WaitsOfCalls = std::unordered_map<std::uint64_t, Waits>;

WaitsOfCalls by_call(const Waits& waits) {
  WaitsOfCalls all;
  for (const Wait* const wait : waits) all[wait->call].push_back(wait);
  return all;
}

Blocked victims_of(const Calls& calls, const WaitsOfCalls& victims) {
  Waits waits;
  for (const Call* const call : calls) {
    const auto found = victims.find(call->number);
    if (found != victims.end())
      waits.insert(waits.end(), found->second.begin(), found->second.end());
  }
  return blocked(waits, &Wait::overlap);
}

Group of(const Calls& calls, const WaitsOfCalls& victims) {
  Group group;
  if (calls.empty()) return group;
  group.copying = copying(calls);
  group.flags = flags(calls);
  count(calls, group);
  const auto times = durations(calls);
  group.time = spread(times);
  group.until_ran = until_ran(calls);
  group.stall = stalls(calls);
  group.histogram = histogram(times);
  group.on_cpu = on_cpu(calls);
  group.off_cpu = known(calls, &Call::off_cpu);
  group.runnable = known(calls, &Call::runnable);
  group.lock_wait = known(calls, &Call::lock_wait);
  group.lock_held = known(calls, &Call::lock_held);
  take_sizes(calls, group);
  group.ms_per_mebibyte = ms_per_mebibyte(calls);
  group.victims = victims_of(calls, victims);
  return group;
}

}  // namespace

std::vector<Group> group(const Calls& calls, const Waits& victims,
                         const std::function<std::pair<std::string, Stack>(const Call&)>& key) {
  std::map<std::pair<std::string, Stack>, Calls> all;
  for (const Call* const call : calls) all[key(*call)].push_back(call);
  const WaitsOfCalls waits = by_call(victims);
  std::vector<Group> groups;
  for (const auto& [named, some] : all) {
    groups.push_back(of(some, waits));
    std::tie(groups.back().kind, groups.back().stack) = named;
  }
  std::ranges::stable_sort(groups, std::greater<>{},
                           [](const Group& each) { return each.stall.total; });
  return groups;
}

Group together(const Calls& calls, const Waits& victims) { return of(calls, by_call(victims)); }

}  // namespace watch
