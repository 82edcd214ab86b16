// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <memory>

#include "recording/recording.hpp"

namespace watch {

/// Samples the ForkLock of a Go program a thousand times a second, beside any
/// backend, by reading its memory, which stops no thread.
class ForkLockLooks {
 public:
  /// Adds the source of the figure to the header. Does nothing if the program
  /// is not Go or its memory may not be read; a notice reports the latter.
  explicit ForkLockLooks(Recording& recording);
  ~ForkLockLooks();
  ForkLockLooks(const ForkLockLooks&) = delete;

  /// Records the samples since the last call as one.
  void collect(Recording& recording);

 private:
  class Looker;
  std::unique_ptr<Looker> looker_;
};

}  // namespace watch
