// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "kernel/deadline.hpp"

namespace forklift {
class LaunchError;
}

namespace forklift::launch {

struct CompiledPlan;
struct InFlight;

/// Observes one launch, in its threads: from before its child exists until the
/// outcome is known. Destroyed without `ended`, the launch ran out of memory
/// before it had a child.
class LaunchObserver {
 public:
  virtual ~LaunchObserver() = default;

  /// The call that started the launch returns. `record` is not moved until
  /// `arrived` or `ended`.
  virtual void handed_over(const InFlight& record) noexcept = 0;
  /// The child has left `record`, which is about to be destroyed.
  virtual void arrived() noexcept = 0;
  /// The program runs, if `error` is null. Last call.
  virtual void ended(const LaunchError* error) noexcept = 0;

  /// This thread begins to wait for the child. Returns when to call `stalled`.
  virtual kernel::Deadline waits() noexcept { return kernel::Deadline::never(); }
  /// It still waits then.
  virtual void stalled() noexcept {}
  virtual void stops_waiting() noexcept {}
};

/// The possible observers; each sees a launch in this order.
enum class Watcher { meter, tracer };
inline constexpr std::size_t watcher_count = 2;

/// Begins to observe a launch of `program`; `plan` is null if it has none.
/// Returns null to skip this one.
using ObserverFactory = std::unique_ptr<LaunchObserver> (*)(const std::string& program,
                                                            const CompiledPlan* plan) noexcept;

/// Calls `factory` for every launch from now on. It cannot be removed.
///
/// Threads: any; no lock is taken.
void install(Watcher watcher, ObserverFactory factory) noexcept;

/// The observers of one launch; usually none.
class LaunchObservers {
 public:
  LaunchObservers() noexcept = default;
  /// Cost: one load, and no memory, until an observer is installed.
  LaunchObservers(const std::string& program, const CompiledPlan* plan) noexcept {
    if (installed_.load(std::memory_order_acquire)) begin(program, plan);
  }

  bool empty() const noexcept { return !observers_[0] && !observers_[1]; }
  void handed_over(const InFlight& record) noexcept;
  void arrived() noexcept;
  /// Destroys them.
  void ended(const LaunchError* error) noexcept;
  /// As `launch::await`, observed.
  bool await(const InFlight& record, kernel::Deadline deadline) const noexcept;

 private:
  friend void install(Watcher, ObserverFactory) noexcept;
  static std::atomic<bool> installed_;

  void begin(const std::string& program, const CompiledPlan* plan) noexcept;
  bool await_patiently(const InFlight& record, kernel::Deadline deadline) const noexcept;

  std::array<std::unique_ptr<LaunchObserver>, watcher_count> observers_;
};

}  // namespace forklift::launch
