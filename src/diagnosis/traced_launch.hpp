// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/tracer.hpp>

#include "launch/in_flight.hpp"
#include "diagnosis/launch_registry.hpp"

namespace forklift {

/// Tells the tracer and the lookout of one launch; does nothing if there are none.
class TracedLaunch {
 public:
  /// Begins a launch of `program`; `compiled` is null if it has no plan.
  TracedLaunch(const std::string& program, const launch::CompiledPlan* compiled) noexcept;
  TracedLaunch(const TracedLaunch&) = delete;
  ~TracedLaunch();  ///< one that was neither handed over nor failed was out of memory
  /// The call that started it returns: it goes on in `record`.
  void hand_over(launch::InFlight& record) noexcept;
  /// It failed before there was a child.
  void failed(const LaunchError& error) noexcept;

  /// It is known how a launch that was handed over went.
  static void arrived(const launch::InFlight& record) noexcept;
  /// The end of a launch that was handed over; `error` is null if it worked.
  static void end(const launch::InFlight& record, const LaunchError* error) noexcept;

 private:
  static std::chrono::nanoseconds now() noexcept {
    return std::chrono::steady_clock::now().time_since_epoch();
  }

  Tracer* tracer_;
  LaunchEntry* entry_ = nullptr;
  launch::CompiledPlanRef plan_;  // a launch that fails lets go of its own
  LaunchTrace trace_;
  std::chrono::nanoseconds begin_{0};
};

}  // namespace forklift
