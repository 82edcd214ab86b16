// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <expected>

#include "plan/compiled_plan.hpp"

namespace forklift::launch {

/// The plans compiled for one spec so far, one for each caller state.
///
/// Threads: `get` from many at once, without a lock, so that a fork of the
/// whole program leaves nothing locked; the rest needs exclusive access.
class PlanCache {
 public:
  PlanCache() noexcept = default;
  PlanCache(const PlanCache&) = delete;
  PlanCache& operator=(const PlanCache&) = delete;
  ~PlanCache() { clear(); }

  /// The plan for the current state of the process, compiled if missing.
  ///
  /// Errors: bad input, found before the launch has any effect.
  std::expected<CompiledPlanRef, Failure> get(const LaunchSpec& spec) const;
  void clear() noexcept;

 private:
  mutable std::atomic<CompiledPlan*> first_{nullptr};
};

}  // namespace forklift::launch
