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

/// A process of our own whose calls are known: so many threads touch memory
/// every 200 us while the first one makes children when told to.
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
  /// Asks for so many calls; `told` is readable when all are made.
  void make(int calls);
  bool done() const;
  std::vector<Timed> take_calls();
  /// How long its threads have waited for a processor so far.
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
