// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <forklift/stall.hpp>
#include <string>

#include "lab/hang/signal_notifier.hpp"
#include "lab/hang/worker_pool.hpp"
#include "lab/hang/run.hpp"
#include "stack_names.hpp"

namespace lab::hang {

/// The settings for every contender.
struct Plan {
  std::string program;
  std::size_t rss = 0;   ///< bytes of ballast at the start
  std::size_t grow = 0;  ///< bytes per second
  std::size_t workers = 0;
  double rate = 0;  ///< launches per second by all workers; 0: as fast as they can
  std::chrono::milliseconds length{};
  std::chrono::milliseconds dump_every{};  ///< 0: only on request
};

/// The ballast at the end of a run.
std::size_t most_memory(const Plan& plan);

/// The turn of one contender: its workers launch, memory grows, stacks are
/// dumped to standard error, until the time is over or the notifier ends it.
class Trial {
 public:
  Trial(const Plan& plan, const std::string& contender, const forklift::StallMeter& meter,
        SignalNotifier& notifier, StackNames& names);

  /// Errors: throws the exception of the first failed launch.
  Run run();

 private:
  void watch();
  void dump();
  void note_quarters(Clock::time_point now);
  void note_slowest();
  void finish();
  double past(Clock::time_point moment) const;

  const Plan& plan_;
  const forklift::StallMeter& meter_;
  SignalNotifier& notifier_;
  StackNames& names_;
  WorkerPool pool_;
  Run run_;
};

}  // namespace lab::hang
