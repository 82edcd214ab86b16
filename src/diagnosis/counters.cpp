// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/counters.hpp>

#include "launch/counters.hpp"

namespace forklift {

Counters counters() noexcept {
  const launch::Tally& tally = launch::tally();
  Counters now;
  for (std::size_t i = 0; i < now.by_engine.size(); ++i) now.by_engine[i] = tally.by_engine[i];
  for (std::size_t i = 0; i < now.failures.size(); ++i) now.failures[i] = tally.failures[i];
  now.retries = tally.retries;
  now.abandoned = tally.abandoned;
  return now;
}

}  // namespace forklift
