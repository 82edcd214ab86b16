// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "recording/recording.hpp"

namespace watch {

/// The options of an observer.
struct ObserverOptions {
  bool detail = false;  ///< hook system calls, too
  bool stacks = true;
  Nanoseconds least_wait = std::chrono::microseconds(50);  ///< shorter waits are not reported
  unsigned samples_per_second = 500;                       ///< of the backend `sampling`
};

/// A backend that cannot be used here or for this process.
class Unavailable : public std::runtime_error {
 public:
  Unavailable(const std::string& reason, std::string remedy)
      : std::runtime_error(reason), remedy_(std::move(remedy)) {}
  const std::string& remedy() const noexcept { return remedy_; }

 private:
  std::string remedy_;
};

/// Watches one process with one backend. The destructor detaches everything,
/// also when the target has ended.
///
/// Threads: one at a time.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  virtual ~Observer() = default;

  /// Waits at most this long for new events, and appends them.
  virtual void collect(Recording& recording, std::chrono::milliseconds patience) = 0;

  /// Collects the rest: calls in progress with what is known of them (`cut`),
  /// and `hook_time` and `hook_runs` of the footer. Nothing is collected
  /// afterwards.
  virtual void conclude(Recording& recording) = 0;
};

/// Each opens one backend and fills in `sources` of the header, and `attaching`
/// and `begin` once everything is in place.
///
/// Errors: throws `Unavailable`; nothing stays attached.
std::unique_ptr<Observer> observe_by_tracing(const ObserverOptions& options, Recording& recording);
std::unique_ptr<Observer> observe_by_perf(const ObserverOptions& options, Recording& recording);
std::unique_ptr<Observer> observe_by_sampling(const ObserverOptions& options, Recording& recording);

/// Whether the caller can use a backend on this machine, checked without a
/// target; empty if so.
std::optional<Unavailability> obstacle_to_tracing();
std::optional<Unavailability> obstacle_to_perf();
std::optional<Unavailability> obstacle_to_sampling();

}  // namespace watch
