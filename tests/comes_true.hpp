// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sched.h>

#include <chrono>

/// Whether it comes to be so on any machine.
template <class Claim>
bool comes_true(Claim claim) {
  using Clock = std::chrono::steady_clock;
  for (const auto end = Clock::now() + std::chrono::seconds(20); Clock::now() < end;) {
    if (claim()) return true;
    ::sched_yield();
  }
  return claim();
}
