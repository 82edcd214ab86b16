// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "lab/go_lock/semaphore.hpp"

namespace lab::go_lock {

/// Go's `sync.Mutex`, by the algorithm of either version.
///
/// Unlocking wakes the first sleeper but does not hand over the mutex: the
/// sleeper competes with running threads. Under Go 1.8 a loser sleeps again
/// behind all others, every time. Since Go 1.9 (golang/go 13086) it sleeps in
/// front, and after waiting for more than a millisecond it starves: from then
/// on the mutex is handed over in order, until its new owner waited for less or
/// is the last.
/// Threads: any.
class Mutex {
 public:
  enum class Policy {
    barging,          ///< Go up to 1.8
    starvation_mode,  ///< Go from 1.9 on
  };
  static constexpr std::chrono::milliseconds patience{1};

  Mutex(Scheduler& scheduler, Policy policy)
      : scheduler_(scheduler), policy_(policy), semaphore_(scheduler) {}

  void lock();
  void unlock();

  /// Whether it is handed over in order now. Threads: any, true at that moment.
  bool starving() const { return state_.load().starving != 0; }

 private:
  // No padding, so that equal states are equal bytes.
  struct State {
    std::uint8_t locked = 0;
    std::uint8_t woken = 0;  // a thread is awake to take it: unlocking need not wake one
    std::uint8_t starving = 0;
    std::uint8_t unused = 0;
    std::uint32_t asleep = 0;
  };
  struct Attempt {
    std::optional<std::chrono::steady_clock::time_point> first_slept{};
    bool awoken = false;  // `woken` is ours to clear
    bool starving = false;
    int turns = 0;
  };

  void lock_slowly();
  bool spin(Attempt& mine, State seen);
  bool take_or_queue(Attempt& mine, State seen);
  bool sleep(Attempt& mine);
  void accept(const Attempt& mine);
  void wake_one(State seen);
  bool replace(State& seen, State next) { return state_.compare_exchange_strong(seen, next); }

  Scheduler& scheduler_;
  const Policy policy_;
  Semaphore semaphore_;
  std::atomic<State> state_{State{}};
};

}  // namespace lab::go_lock
