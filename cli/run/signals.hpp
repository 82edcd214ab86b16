// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>
#include <sys/signalfd.h>

#include <forklift/fd.hpp>
#include <optional>
#include <vector>

namespace run {

/// Receives the signals of this process through a descriptor, from its
/// construction on; keeps their previous settings.
///
/// Threads: one, the only one of the process.
class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Readable when a signal is pending.
  int descriptor() const noexcept { return descriptor_.get(); }
  /// The next signal, without waiting.
  std::optional<signalfd_siginfo> next() const;

  /// The signal settings that this process started with.
  const std::vector<int>& blocked() const noexcept { return blocked_; }
  const std::vector<int>& ignored() const noexcept { return ignored_; }

 private:
  std::vector<int> blocked_, ignored_;
  forklift::Fd descriptor_;
};

/// Whether a signal requests the end of the program.
bool asks_for_end(int signal);

/// Stops this process as SIGSTOP does; returns when it continues.
void stop_here();

}  // namespace run
