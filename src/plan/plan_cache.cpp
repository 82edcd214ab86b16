// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/plan_cache.hpp"

#include <utility>

#include "plan/planner.hpp"

namespace forklift::launch {
namespace {

// A program that changes its environment before each launch of one command must
// not accumulate plans: beyond this many, a plan serves one launch only.
constexpr int most_plans = 4;

}  // namespace

std::expected<CompiledPlanRef, Failure> PlanCache::get(const LaunchSpec& spec) const {
  const auto now = capture_caller_state(spec);
  if (!now) return std::unexpected(now.error());
  CompiledPlan* const first = first_.load(std::memory_order_acquire);
  int count = 0;
  for (CompiledPlan* known = first; known; known = known->next, ++count) {
    if (known->made_for == *now) return CompiledPlanRef::share(*known);
  }
  auto made = prepare(spec, *now);
  if (!made) return std::unexpected(std::move(made.error()));
  if (count >= most_plans) return CompiledPlanRef(made->release());
  (*made)->next = first;
  CompiledPlan* expected = first;
  if (first_.compare_exchange_strong(expected, made->get(), std::memory_order_acq_rel)) {
    return CompiledPlanRef::share(*made->release());
  }
  return CompiledPlanRef(made->release());  // another thread was faster; use this one once
}

void PlanCache::clear() noexcept {
  for (CompiledPlan* known = first_.exchange(nullptr, std::memory_order_acq_rel); known;) {
    const CompiledPlanRef dropped(std::exchange(known, known->next));
  }
}

}  // namespace forklift::launch
