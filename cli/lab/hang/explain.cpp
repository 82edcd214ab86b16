// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/explain.hpp"

#include <algorithm>

#include "lab/hang/figures.hpp"

namespace lab::hang {
namespace {

template <class T>
void append(std::vector<T>& all, const std::vector<T>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

void add(Run& all, Run round) {
  for (Quarter& quarter : round.quarters) quarter.end_s += all.seconds;
  for (double& at_s : round.dump_at_s) at_s += all.seconds;
  all.launched.resize(std::max(all.launched.size(), round.launched.size()));
  for (std::size_t i = 0; i < round.launched.size(); ++i) {
    for (Launched& one : round.launched[i]) one.begin_s += all.seconds;
    append(all.launched[i], round.launched[i]);
  }
  append(all.quarters, round.quarters);
  append(all.dump_at_s, round.dump_at_s);
  append(all.waiting_per_dump, round.waiting_per_dump);
  all.seconds += round.seconds;
  all.resident_last = std::max(all.resident_last, round.resident_last);
  if (round.slowest.waited <= all.slowest.waited) return;
  all.slowest = std::move(round.slowest);
  all.slowest_stack = std::move(round.slowest_stack);
}

}  // namespace

std::vector<std::vector<Run>> run_rounds(const std::vector<std::string>& contenders,
                                         std::size_t rounds, const TakeTurn& turn,
                                         const std::function<bool()>& proceed) {
  std::vector<std::vector<Run>> all;
  for (std::size_t round = 0; round < rounds && proceed(); ++round) {
    all.emplace_back();
    for (std::size_t i = 0; i < contenders.size() && proceed(); ++i) {
      all.back().push_back(turn(contenders[(i + round) % contenders.size()]));
    }
  }
  return all;
}

std::vector<Run> join_rounds(const std::vector<std::vector<Run>>& rounds,
                             const std::vector<std::string>& contenders) {
  std::vector<Run> joined;
  for (const std::string& contender : contenders) {
    std::optional<Run> all;
    for (const auto& round : rounds) {
      const auto run = std::ranges::find(round, contender, &Run::contender);
      if (run == round.end()) continue;
      if (all) {
        add(*all, *run);
      } else {
        all = *run;
      }
    }
    if (!all) continue;
    sum_up(all->launched, *all);
    joined.push_back(std::move(*all));
  }
  return joined;
}

}  // namespace lab::hang
