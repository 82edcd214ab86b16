// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "recording/event.hpp"
#include "watch/observer.hpp"
#include "watch/tracing/hook_cost.hpp"
#include "watch/tracing/watch_event.h"

struct watch_hooks;

namespace watch::tracing {

/// The hooks in the kernel, from loading to detaching.
///
/// Threads: one at a time.
class Session {
 public:
  /// Attaches. Errors: throws `Unavailable`; nothing stays attached.
  Session(pid_t target, const ObserverOptions& options);
  ~Session();
  Session(const Session&) = delete;

  using Take = std::function<void(std::span<const std::byte> record)>;
  /// Passes on the records available after at most this long.
  void poll(std::chrono::milliseconds patience, const Take& take);

  watch_counters counters() const;
  std::vector<std::pair<pid_t, watch_thread>> threads() const;
  /// The counters that the kernel was asked for.
  HookCost cost() const;

  bool counts_faults() const noexcept { return counts_faults_; }
  bool takes_samples() const noexcept { return takes_samples_; }
  bool sees_exec_begin() const noexcept { return sees_exec_begin_; }

 private:
  class Hooks;
  std::unique_ptr<Hooks> hooks_;
  bool counts_faults_ = false;
  bool takes_samples_ = false;
  bool sees_exec_begin_ = false;
};

/// The processor time that one sample stands for. Not a round number of
/// milliseconds, to avoid the period of other timers.
inline constexpr Nanoseconds sample_period{5'025'125};

}  // namespace watch::tracing
