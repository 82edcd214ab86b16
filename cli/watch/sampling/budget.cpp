// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/sampling/budget.hpp"

#include <algorithm>

namespace watch::sampling {
namespace {

// One part in this many of the time: on average, and while nothing happens.
constexpr int share = 55;
constexpr int share_at_rest = 66;
constexpr Nanoseconds longest_step = std::chrono::milliseconds(10);
constexpr Nanoseconds most_saved = std::chrono::milliseconds(50);
// Falling asleep and waking up, with the effect on caches; nanoseconds.
constexpr double cost_of_round = 30'000;
constexpr double least_cost_of_look = 500;
constexpr double memory = 0.95;

}  // namespace

void Budget::spent(Nanoseconds processor, std::size_t looks) {
  saved_ = std::max(saved_ - processor, -most_saved);
  const double rest = static_cast<double>(processor.count()) - cost_of_round;
  const double one = rest / static_cast<double>(std::max<std::size_t>(looks, 1));
  cost_of_look_ = memory * cost_of_look_ + (1 - memory) * std::max(one, least_cost_of_look);
}

void Budget::passed(Nanoseconds time) { saved_ = std::min(saved_ + time / share, most_saved); }

bool Budget::may_hurry(bool something_happens) const {
  return something_happens && saved_ > Nanoseconds{};
}

Nanoseconds Budget::cost_of(std::size_t looks) const {
  const double all = cost_of_round + cost_of_look_ * static_cast<double>(looks);
  return Nanoseconds(static_cast<Nanoseconds::rep>(all));
}

Nanoseconds Budget::step(std::size_t threads, bool something_happens) const {
  if (may_hurry(something_happens)) return least_step_;
  const auto longest = std::max(least_step_, longest_step);
  const auto step = std::clamp(cost_of(threads) * share_at_rest, least_step_, longest);
  return saved_ < Nanoseconds{} ? step * 3 / 2 : step;
}

std::size_t Budget::looks_a_round(std::size_t threads, bool something_happens) const {
  if (may_hurry(something_happens)) return threads;
  const auto affordable = step(threads, false) / share_at_rest;
  const double looks = (static_cast<double>(affordable.count()) - cost_of_round) / cost_of_look_;
  constexpr double least_looks = 4;
  return std::min(threads, static_cast<std::size_t>(std::max(looks + 0.5, least_looks)));
}

}  // namespace watch::sampling
