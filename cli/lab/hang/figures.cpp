// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/figures.hpp"

#include <algorithm>
#include <ranges>

namespace lab::hang {
namespace {

// The waits of each quarter, before its median is computed.
using Quarters = std::vector<std::vector<double>>;

// A wait counts in every quarter that it touches, by its length at that time.
void enter_wait(const Launched& launch, const std::vector<Quarter>& ends, Quarters& all,
                Worker& worker) {
  if (launch.lock_wait_us <= 0) return;
  const double end_s = launch.begin_s + launch.lock_wait_us / 1e6;
  const auto first = std::ranges::upper_bound(ends, launch.begin_s, {}, &Quarter::end_s);
  for (auto i = static_cast<std::size_t>(first - ends.begin()); i < ends.size(); ++i) {
    const double so_far = (std::min(end_s, ends[i].end_s) - launch.begin_s) * 1e6;
    all[i].push_back(so_far);
    worker.waits_us[i] = std::max(worker.waits_us[i], so_far);
    if (end_s <= ends[i].end_s) return;
  }
}

Worker enter_worker(const std::vector<Launched>& launched, const std::vector<Quarter>& ends,
                    Quarters& all) {
  Worker worker;
  worker.waits_us.resize(ends.size());
  for (const Launched& one : launched) {
    worker.launches += one.launch_us > 0;
    worker.longest_wait_us = std::max(worker.longest_wait_us, one.lock_wait_us);
    enter_wait(one, ends, all, worker);
  }
  return worker;
}

void sum_up_waits(const Launches& launched, Run& run) {
  Quarters all(run.quarters.size());
  run.by_worker.clear();
  for (const auto& own : launched) {
    run.by_worker.push_back(enter_worker(own, run.quarters, all));
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].empty()) continue;
    run.quarters[i].longest_us = std::ranges::max(all[i]);
    run.quarters[i].median_us = median(std::move(all[i]));
  }
}

// Without a lock there are no waits; with one, taking it free counts.
void sum_up_lock(std::vector<double> waits, Run& run) {
  run.lock_wait = summarize(waits);
  run.waits = waits.size();
  const double limit = 3 * std::max(run.lock_wait.p50, run.own.p50);
  run.long_waits = static_cast<std::size_t>(
      std::ranges::count_if(waits, [limit](double wait) { return wait > limit; }));
}

}  // namespace

void sum_up(const Launches& launched, Run& run) {
  std::vector<double> launch, wait, own;
  for (const Launched& one : launched | std::views::join) {
    wait.push_back(one.lock_wait_us);
    if (one.launch_us <= 0) continue;
    launch.push_back(one.launch_us);
    own.push_back(one.launch_us - one.lock_wait_us);
  }
  run.launches = launch.size();
  run.launch = summarize(std::move(launch));
  run.own = summarize(std::move(own));
  sum_up_waits(launched, run);
  if (run.rule) sum_up_lock(std::move(wait), run);
}

double share_of_long_waits(const Run& run) {
  if (run.waits == 0) return 0;
  return static_cast<double>(run.long_waits) / static_cast<double>(run.waits);
}

double spread(const Run& run) {
  if (run.by_worker.empty() || run.launches == 0) return 0;
  const auto [least, most] = std::ranges::minmax(run.by_worker, {}, &Worker::launches);
  const double mean = static_cast<double>(run.launches) / static_cast<double>(run.by_worker.size());
  return static_cast<double>(most.launches - least.launches) / mean;
}

}  // namespace lab::hang
