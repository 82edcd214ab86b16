// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/counters.hpp>

#include "launch/counters.hpp"

namespace forklift {

Counters counters() noexcept {
  const launch::LaunchCounters& launch_counters = launch::launch_counters();
  Counters now;
  for (std::size_t i = 0; i < now.by_engine.size(); ++i)
    now.by_engine[i] = launch_counters.by_engine[i];
  for (std::size_t i = 0; i < now.failures.size(); ++i)
    now.failures[i] = launch_counters.failures[i];
  now.retries = launch_counters.retries;
  now.abandoned = launch_counters.abandoned;
  return now;
}

}  // namespace forklift
