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

/// Makes the kernel time the hooks in the first tenth of every second, and
/// infers the rest: timing all would double their cost.
class HookTimer {
 public:
  /// `sum`: the kernel's count so far.
  HookTimer(std::function<HookCost()> sum, Nanoseconds now);
  ~HookTimer();
  HookTimer(const HookTimer&) = delete;

  /// Call it several times a second.
  void turn(Nanoseconds now);
  /// 0 where the caller may not enable the count: it requires CAP_SYS_ADMIN.
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
