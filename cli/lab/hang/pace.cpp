// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/pace.hpp"

#include <algorithm>
#include <cmath>

namespace lab::hang {

bool Pace::await_turn(std::size_t worker) {
  if (rate_ > 0 && end_.try_acquire_until(next_turn(worker))) return false;
  return !ended_.load(std::memory_order_relaxed);
}

void Pace::end() {
  if (!ended_.exchange(true)) end_.release(static_cast<std::ptrdiff_t>(workers_));
}

// The turns are evenly spaced and rotate through the workers.
Clock::time_point Pace::next_turn(std::size_t worker) const {
  using Seconds = std::chrono::duration<double>;
  const double first = static_cast<double>(worker) / rate_;
  const double period = static_cast<double>(workers_) / rate_;
  const double now = Seconds(Clock::now() - begun_).count();
  const double turn = std::max(0.0, std::ceil((now - first) / period));
  return begun_ + std::chrono::duration_cast<Clock::duration>(Seconds(first + turn * period));
}

}  // namespace lab::hang
