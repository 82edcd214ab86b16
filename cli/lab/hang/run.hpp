// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <forklift/fork_lock.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lab/statistics.hpp"

namespace lab::hang {

/// One launch, or its part within the run.
struct Launched {
  double begin_s = 0;    ///< from the start of the run
  double launch_us = 0;  ///< 0: not launched
  double lock_wait_us = 0;
};

/// The waits for the ForkLock in progress, or ended, in a quarter of a second,
/// each with its length so far.
struct Quarter {
  double end_s = 0;
  double longest_us = 0;
  double median_us = 0;
  std::size_t resident = 0;  ///< bytes, at its end
};

/// The results of one worker.
struct Worker {
  std::size_t launches = 0;
  double longest_wait_us = 0;
  std::vector<double> waits_us{};  ///< the longest of each quarter
};

/// The results of one contender; times in microseconds, memory in bytes.
struct Run {
  std::string contender;
  std::string runtime{};  ///< of another language, with its version; empty: C++
  std::size_t workers = 0;
  double asked_rate = 0;  ///< launches per second; 0: as fast as they can
  double seconds = 0;
  std::size_t resident_first = 0;
  std::size_t resident_last = 0;
  std::size_t resident_asked = 0;  ///< at the end
  std::size_t launches = 0;
  Summary launch{};
  Summary lock_wait{};
  Summary own{};  ///< a launch without its wait for the lock
  std::vector<double> dump_at_s{};
  std::vector<std::size_t> waiting_per_dump{};
  std::vector<Quarter> quarters{};
  std::vector<std::vector<Launched>> launched{};  ///< by worker
  std::vector<Worker> by_worker{};
  std::size_t waits = 0;                           ///< also those that were not over
  std::size_t long_waits = 0;                      ///< of them longer than three times their median
  bool waits_are_launches = false;                 ///< the wait for the lock alone is not visible
  std::optional<forklift::ForkLock::Rule> rule{};  ///< of its ForkLock, if it has one
  forklift::ForkLock::Wait slowest{};              ///< with its stack, if one was long
  std::vector<std::string> slowest_stack{};        ///< the same, with names
};

}  // namespace lab::hang
