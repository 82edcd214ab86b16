// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <atomic>
#include <cstddef>
#include <exception>
#include <forklift/asio.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lab/contender.hpp"

namespace lab::hang {

/// The state of a coroutine between launches.
enum class CoroutineState : char { running, waiting_for_permit, launching, waiting_for_end };
inline constexpr std::size_t places = static_cast<std::size_t>(CoroutineState::waiting_for_end) + 1;

std::string_view name(CoroutineState place);

/// All coroutines at one moment.
struct Census {
  std::array<std::size_t, places> count{};
  struct Waiter {
    std::size_t number = 0;  ///< from 1
    Clock::duration waited{};
  };
  std::vector<Waiter> longest;  ///< of those waiting for a permit, the longest first
};

/// The results of the coroutines of one contender, in microseconds.
struct Harvest {
  std::size_t launches = 0;
  std::vector<double> launch, permit_wait, heartbeat_late;
};

/// Coroutines on the one thread of an event loop. Each requests a permit,
/// launches, waits for the end, and starts again.
///
/// Forklift launches without blocking the thread. Every other contender is one
/// blocking call, as in an event loop without launch support.
/// Threads: `census` from any; the rest by the owner.
class CoroutinePool {
 public:
  CoroutinePool(const std::string& contender, const std::string& program, std::size_t coroutines,
                std::size_t limit);
  ~CoroutinePool();

  void start();
  /// Ends them all, each after its launch. Errors: throws the exception of the
  /// first failed launch.
  Harvest end();

  bool failed() const { return failed_.load(std::memory_order_relaxed); }
  Census census() const;

 private:
  struct Slot {
    std::atomic<CoroutineState> place{CoroutineState::running};
    std::atomic<Clock::rep> since{0};
  };

  asio::awaitable<void> begin_all();
  asio::awaitable<void> work(Slot& slot);
  asio::awaitable<void> launch(Slot& slot);
  asio::awaitable<void> beat();
  void enter(Slot& slot, CoroutineState place);

  asio::io_context context_{1};
  forklift::LaunchLimiter limiter_;
  std::unique_ptr<Contender> blocking_;  // none: Forklift
  forklift::Command command_;
  std::size_t count_;
  std::unique_ptr<Slot[]> slots_;
  std::size_t left_;
  std::atomic<bool> ended_{false}, failed_{false};
  std::exception_ptr trouble_;
  Harvest harvest_;
  std::jthread thread_;
};

}  // namespace lab::hang
