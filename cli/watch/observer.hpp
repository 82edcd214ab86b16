// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "recording/recording.hpp"

namespace watch {

/// What is asked of an observer.
struct ObserverOptions {
  bool detail = false;  ///< hook system calls, too
  bool stacks = true;
  Nanoseconds least_wait = std::chrono::microseconds(50);  ///< shorter waits are not told
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

/// Watches one process on one backend. Whatever is attached is let go by the
/// destructor, also when the target has ended.
///
/// Threads: one at a time.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  virtual ~Observer() = default;

  /// Takes what came up, waiting for it at most so long, and appends it.
  virtual void collect(Recording& recording, std::chrono::milliseconds patience) = 0;

  /// Takes the last: calls under way are given with what is known of them (`cut`),
  /// and `hook_time` and `hook_runs` of the ending are filled in. Nothing more is
  /// collected afterwards.
  virtual void conclude(Recording& recording) = 0;
};

/// Each opens one backend and fills in `sources` of the heading, and `attaching`
/// and `begin` once everything is in place.
///
/// Errors: throws `Unavailable`; nothing stays attached.
std::unique_ptr<Observer> observe_by_tracing(const ObserverOptions& options, Recording& recording);
std::unique_ptr<Observer> observe_by_perf(const ObserverOptions& options, Recording& recording);
std::unique_ptr<Observer> observe_by_sampling(const ObserverOptions& options, Recording& recording);

/// Whether a backend works on this machine for the caller, looked at without a
/// target; empty if it does.
std::optional<Unavailability> obstacle_to_tracing();
std::optional<Unavailability> obstacle_to_perf();
std::optional<Unavailability> obstacle_to_sampling();

}  // namespace watch
