// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <signal.h>
#include <sys/signalfd.h>

#include <forklift/fd.hpp>
#include <optional>
#include <vector>

namespace run {

/// Takes the signals of this process as they come, by a descriptor, from its
/// construction on; and remembers what they were like before.
///
/// Threads: one, which is the only one of the process.
class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Readable when there is one.
  int descriptor() const noexcept { return descriptor_.get(); }
  /// The next one, without waiting.
  std::optional<signalfd_siginfo> next() const;

  /// What this process was started with.
  const std::vector<int>& blocked() const noexcept { return blocked_; }
  const std::vector<int>& ignored() const noexcept { return ignored_; }

 private:
  std::vector<int> blocked_, ignored_;
  forklift::Fd descriptor_;
};

/// Whether a signal asks for the end of the program.
bool asks_for_end(int signal);

/// Stops this process as SIGSTOP does; returns when it goes on.
void stop_here();

}  // namespace run
