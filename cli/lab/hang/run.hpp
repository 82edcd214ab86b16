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

/// The longest wait for the ForkLock that was under way, or ended, in a quarter
/// of a second.
struct Quarter {
  double end_s = 0;
  double longest_us = 0;
  std::size_t resident = 0;  ///< bytes, at its end
};

/// What one contender did; times in microseconds, memory in bytes.
struct Run {
  std::string contender;
  std::size_t workers = 0;
  double asked_rate = 0;  ///< launches per second; 0: as fast as they can
  double seconds = 0;
  std::size_t resident_first = 0;
  std::size_t resident_last = 0;
  std::size_t launches = 0;
  Summary launch{};
  Summary lock_wait{};
  Summary own{};  ///< a launch without its wait for the lock
  std::vector<double> dump_at_s{};
  std::vector<std::size_t> waiting_per_dump{};
  std::vector<Quarter> quarters{};
  std::optional<forklift::ForkLock::Rule> rule{};  ///< of its ForkLock, if it has one
  forklift::ForkLock::Wait slowest{};              ///< with its stack, if one was long
  std::vector<std::string> slowest_stack{};        ///< the same, with names
};

}  // namespace lab::hang
