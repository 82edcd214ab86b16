// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <forklift/stall.hpp>

#include "interrupt.hpp"

namespace lab::hang {

/// Notifies of SIGINT, which ends the run, and of SIGUSR1, which requests a
/// dump; a meter passes on the latter.
///
/// Uses handlers, not a thread in sigwaitinfo(2): for that every thread would
/// block the signals, and careless contenders would pass the blocked signals to
/// their children. exec resets a handler.
/// The second SIGINT kills, as if the first had not been handled; an ignored
/// SIGINT stays ignored. Requires: one in the process at a time.
class SignalNotifier {
 public:
  explicit SignalNotifier(forklift::StallMeter& meter);
  SignalNotifier(const SignalNotifier&) = delete;

  /// Sleeps until the moment has come or a signal arrives.
  void wait_until(std::chrono::steady_clock::time_point moment);

  /// Whether the run must end. Stays true.
  bool interrupted() const;
  /// Whether a dump was requested since the last call.
  bool dump_asked();

 private:
  Interrupt interrupt_;
};

}  // namespace lab::hang
