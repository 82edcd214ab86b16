// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <forklift/stall.hpp>

#include "interrupt.hpp"

namespace lab::hang {

/// Rings on SIGINT, which ends the run, and on SIGUSR1, which asks for a dump; the
/// latter is handed over by a meter.
///
/// By handlers, not by a thread that waits in sigwaitinfo(2): for that every
/// thread would block the signals, and contenders that are no careful libraries
/// would hand the blocked signals down to their children. A handler goes at exec.
/// The second SIGINT kills, as if nobody had handled the first; a SIGINT that
/// was ignored stays so. Requires: one in the process at a time.
class SignalNotifier {
 public:
  explicit SignalNotifier(forklift::StallMeter& meter);
  SignalNotifier(const SignalNotifier&) = delete;

  /// Sleeps until the moment has come or somebody rings.
  void wait_until(std::chrono::steady_clock::time_point moment);

  /// Whether the run shall end. Stays so.
  bool interrupted() const;
  /// Whether a dump was asked for since the last look.
  bool dump_asked();

 private:
  Interrupt interrupt_;
};

}  // namespace lab::hang
