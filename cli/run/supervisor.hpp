// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <forklift/child.hpp>
#include <memory>
#include <optional>

#include "run/request.hpp"
#include "run/signals.hpp"
#include "run/terminal.hpp"

namespace run {

/// Supervises a program until it ends: passes signals on, relays its terminal,
/// stops when it stops, ends it when its time is over, and reaps orphans.
class Supervisor {
 public:
  using Clock = std::chrono::steady_clock;

  Supervisor(const RunRequest& request, const Signals& signals, forklift::Child& child,
             std::optional<Clock::time_point> end);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Waits for the end. At a timeout, kills the rest of the tree.
  forklift::ExitStatus wait();
  bool timed_out() const noexcept { return timed_out_; }

 private:
  bool ended() const;
  void wait_for_something();
  void look_at_time();
  void handle(const signalfd_siginfo& signal);
  bool has_stopped() const;
  void reap_orphans() const;
  void stop();
  void resume();
  bool shares_group() const;
  void give_terminal(pid_t group) const;

  const RunRequest& request_;
  const Signals& signals_;
  forklift::Child& child_;
  std::optional<Clock::time_point> next_;  // time of the next signal
  bool timed_out_ = false;
  bool gave_terminal_ = false;
  std::unique_ptr<Relay> relay_;
};

}  // namespace run
