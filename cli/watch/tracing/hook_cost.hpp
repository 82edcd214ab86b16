// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>

#include "recording/event.hpp"

namespace watch::tracing {

/// Processor time within our hooks, on the whole machine.
struct HookCost {
  Nanoseconds time{};
  std::uint64_t runs = 0;
};

/// Has the kernel time the hooks in the first tenth of every second, and infers the
/// rest: to time them all would double what they cost.
class HookTimer {
 public:
  /// `sum`: what the kernel has counted so far.
  HookTimer(std::function<HookCost()> sum, Nanoseconds now);
  ~HookTimer();
  HookTimer(const HookTimer&) = delete;

  /// To be called some times a second.
  void turn(Nanoseconds now);
  /// 0 where the caller may not have it counted: that takes CAP_SYS_ADMIN.
  HookCost estimate(Nanoseconds now);

 private:
  void start(Nanoseconds now);
  void stop(Nanoseconds now);

  std::function<HookCost()> sum_;
  Nanoseconds begin_;
  Nanoseconds on_since_{};
  Nanoseconds on_for_{};
  HookCost before_;
  HookCost counted_;
  int statistics_ = -1;
};

}  // namespace watch::tracing
