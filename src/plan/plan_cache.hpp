// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <expected>

#include "plan/compiled_plan.hpp"

namespace forklift::launch {

/// The plans made for one order so far, one for each situation met.
///
/// Threads: `get` from many at once, without a lock, so that a fork of the
/// whole program finds nothing held; the rest needs the object alone.
class PlanCache {
 public:
  PlanCache() noexcept = default;
  PlanCache(const PlanCache&) = delete;
  PlanCache& operator=(const PlanCache&) = delete;
  ~PlanCache() { clear(); }

  /// The plan for the process as it is now, made if there is none yet.
  ///
  /// Errors: bad input, found before anything is done.
  std::expected<CompiledPlanRef, Failure> get(const LaunchSpec& spec) const;
  void clear() noexcept;

 private:
  mutable std::atomic<CompiledPlan*> first_{nullptr};
};

}  // namespace forklift::launch
