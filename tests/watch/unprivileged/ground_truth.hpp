// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <forklift/fd.hpp>
#include <vector>

#include "recording/recording.hpp"

namespace truth {

/// One call by the target's own clock.
struct Timed {
  watch::Nanoseconds begin{};
  watch::Nanoseconds duration{};
  watch::Nanoseconds processor{};  ///< of the duration
};

enum class Way { fork, posix_spawn };

/// Our own process with known calls: this many threads touch memory every 200
/// us while the first one creates children on request.
class Target {
 public:
  struct Plan {
    std::size_t memory = 0;  ///< bytes, in pages of 4 KiB
    int threads = 0;
    Way way = Way::fork;
  };
  explicit Target(const Plan& plan);
  ~Target();
  Target(const Target&) = delete;

  pid_t pid() const { return pid_; }
  /// Requests this many calls; `told` is readable when all are made.
  void make(int calls);
  bool done() const;
  std::vector<Timed> take_calls();
  /// The time that its threads have waited for a processor so far.
  watch::Nanoseconds run_delay() const;
  /// Opens the recording for it.
  watch::Recording recording() const;

 private:
  pid_t pid_ = -1;
  int calls_ = 0;
  forklift::Fd orders_;
  forklift::Fd told_;
};

}  // namespace truth
