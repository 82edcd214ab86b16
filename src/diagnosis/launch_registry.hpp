// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <forklift/stall.hpp>
#include <mutex>
#include <string>
#include <vector>

#include "kernel/deadline.hpp"
#include "launch/in_flight.hpp"
#include "launch/observer.hpp"

namespace forklift {

class LaunchRegistry;

/// One launch, from its start to its end, while there is a meter.
struct LaunchEntry final : launch::LaunchObserver {
  using Clock = std::chrono::steady_clock;

  ~LaunchEntry() override { ended(true); }
  void handed_over(const launch::InFlight& launched) noexcept override;
  void arrived() noexcept override;
  void ended(const LaunchError* error) noexcept override { ended(error != nullptr); }
  kernel::Deadline waits() noexcept override;
  void stalled() noexcept override;
  void stops_waiting() noexcept override { waiting.store(0, std::memory_order_relaxed); }

  LaunchRegistry* registry = nullptr;  ///< its owner, until it has ended
  std::uint64_t number = 0;
  std::string program;
  Engine engine = Engine::fork;
  pid_t thread = 0;
  Clock::time_point begin{};
  std::chrono::nanoseconds patience{};  ///< after this, a waiter records its stack
  std::size_t place = 0;                ///< in the list of the `LaunchRegistry`

  std::atomic<std::chrono::nanoseconds::rep> hold{-1};  ///< -1: the call has not returned
  std::atomic<pid_t> waiting{0};                        ///< the blocked thread, if any

  // Under the registry's mutex.
  const launch::InFlight* record = nullptr;  ///< null: no child yet, or no longer
  std::optional<StallReport::Launch> still;  ///< its state when it exceeded its patience

 private:
  void ended(bool failed) noexcept;
};

/// The counts of one meter.
struct StallAccount {
  explicit StallAccount(std::chrono::nanoseconds limit) : threshold(limit) {}

  const std::chrono::nanoseconds threshold;
  std::uint64_t first = 0;  ///< earlier launches are not counted
  std::uint64_t launched = 0, failed = 0;
  Histogram hold, launch;
  std::deque<StallReport::Launch> long_launches;
};

/// Records every launch of this process while there is a meter.
///
/// Threads: any.
class LaunchRegistry {
 public:
  /// Null: no meter.
  static LaunchRegistry* active() noexcept;
  /// This process's: after a fork, the mutex of the inherited one may be held.
  static LaunchRegistry& own();

  void join(StallAccount& account);
  void leave(StallAccount& account);
  /// The launches in flight, and the counts of the account.
  void look(const StallAccount& account, StallReport& report);

  /// This thread is about to launch `program`; null without memory.
  std::unique_ptr<LaunchEntry> begin(const std::string& program, Engine engine) noexcept;

  /// Not in the child of a fork of the program.
  bool is_own() const noexcept;

 private:
  friend struct LaunchEntry;

  void remove(const LaunchEntry& entry);
  void count(const LaunchEntry& entry, bool failed);

  std::atomic<bool> metered_{false};
  std::mutex mutex_;
  std::vector<LaunchEntry*> entries_;
  std::vector<StallAccount*> accounts_;
  std::chrono::nanoseconds patience_{};
  std::uint64_t last_number_ = 0;
};

}  // namespace forklift
