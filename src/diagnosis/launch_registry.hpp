// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <deque>
#include <forklift/stall.hpp>
#include <mutex>
#include <string>
#include <vector>

#include "kernel/deadline.hpp"
#include "kernel/fork_generation.hpp"
#include "launch/in_flight.hpp"

namespace forklift {

class Lookout;

/// One launch, from its begin to its end, as long as somebody watches.
struct Sighting {
  using Clock = std::chrono::steady_clock;

  Lookout* lookout = nullptr;  ///< whose it is
  std::uint64_t number = 0;
  std::string program;
  Engine engine = Engine::fork;
  pid_t thread = 0;
  Clock::time_point begin{};
  std::chrono::nanoseconds patience{};  ///< then who waits takes its stack
  std::size_t place = 0;                ///< in the list of the `Lookout`

  std::atomic<std::chrono::nanoseconds::rep> hold{-1};  ///< -1: the call has not returned
  std::atomic<pid_t> waits{0};                          ///< the thread held up, if any

  // Under the lookout's mutex.
  const launch::InFlight* record = nullptr;  ///< null: no child yet, or not any more
  std::optional<StallReport::Launch> still;  ///< as it was when it passed its patience
};

/// What one meter has seen.
struct StallAccount {
  explicit StallAccount(std::chrono::nanoseconds limit) : threshold(limit) {}

  const std::chrono::nanoseconds threshold;
  std::uint64_t first = 0;  ///< earlier launches are not its own
  std::uint64_t launched = 0, failed = 0;
  Histogram hold, launch;
  std::deque<StallReport::Launch> long_launches;
};

/// Sees every launch of this process as long as there is a meter.
///
/// Threads: any. Never destroyed: launches may end while the program exits.
class Lookout {
 public:
  /// Null: nobody watches. Cost: then one load.
  static Lookout* on_duty() noexcept {
    Lookout* const known = on_duty_.load(std::memory_order_acquire);
    return known ? known->if_own() : nullptr;
  }
  /// This process's: a fork of the program leaves one whose mutex may be held.
  static Lookout& own();

  void join(StallAccount& account);
  void leave(StallAccount& account);
  /// What is in flight, and what the account says.
  void look(const StallAccount& account, StallReport& report);

  /// `program` is to be launched by this thread; null when there is no memory.
  Sighting* begin(const std::string& program, Engine engine) noexcept;
  /// The child is there.
  static void hand_over(Sighting& sighting, const launch::InFlight& record) noexcept;
  /// It is known how the launch went: its record is not looked at any more.
  static void arrived(Sighting& sighting) noexcept;
  /// Deletes the sighting.
  static void end(Sighting* sighting, bool failed) noexcept;
  /// This thread has waited for it beyond its patience.
  static void stands_still(Sighting& sighting) noexcept;

  /// Null in the other half of a forked program.
  Lookout* if_own() noexcept;

 private:
  Lookout() = default;
  void remove(const Sighting& sighting);
  void count(const Sighting& sighting, bool failed);

  static std::atomic<Lookout*> on_duty_;

  const std::uint64_t mark_ = kernel::fork_mark();
  std::mutex mutex_;
  std::vector<Sighting*> sightings_;
  std::vector<StallAccount*> accounts_;
  std::chrono::nanoseconds patience_{};
  std::uint64_t last_number_ = 0;
};

/// `launch::await`, seen by who watches.
bool await_seen(const launch::InFlight& record, kernel::Deadline deadline) noexcept;

}  // namespace forklift
