// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/figures.hpp"

#include <algorithm>

namespace lab::hang {
namespace {

// A wait counts in every quarter that it touches, by what it had come to there.
void enter_wait(const Launched& launch, std::vector<Quarter>& quarters) {
  if (launch.lock_wait_us <= 0) return;
  const double end_s = launch.begin_s + launch.lock_wait_us / 1e6;
  auto quarter = std::ranges::upper_bound(quarters, launch.begin_s, {}, &Quarter::end_s);
  for (; quarter != quarters.end(); ++quarter) {
    const double so_far = (std::min(end_s, quarter->end_s) - launch.begin_s) * 1e6;
    quarter->longest_us = std::max(quarter->longest_us, so_far);
    if (end_s <= quarter->end_s) return;
  }
}

}  // namespace

void sum_up(const std::vector<Launched>& launched, Run& run) {
  std::vector<double> launch;
  std::vector<double> wait;
  std::vector<double> own;
  for (const Launched& one : launched) {
    wait.push_back(one.lock_wait_us);
    enter_wait(one, run.quarters);
    if (one.launch_us <= 0) continue;
    launch.push_back(one.launch_us);
    own.push_back(one.launch_us - one.lock_wait_us);
  }
  run.launches = launch.size();
  run.launch = summarize(std::move(launch));
  run.own = summarize(std::move(own));
  // Without a lock there is nothing to wait for; with one, taking it free counts.
  if (run.rule) run.lock_wait = summarize(std::move(wait));
}

}  // namespace lab::hang
