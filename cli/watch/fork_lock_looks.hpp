// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <memory>

#include "recording/recording.hpp"

namespace watch {

/// Looks at the ForkLock of a Go program a thousand times a second, beside
/// whatever backend is in use: by reading its memory, which stops nobody.
class ForkLockLooks {
 public:
  /// Adds the source of the figure to the heading. Does nothing for a program that
  /// is none of Go's, or whose memory may not be read; a notice says the latter.
  explicit ForkLockLooks(Recording& recording);
  ~ForkLockLooks();
  ForkLockLooks(const ForkLockLooks&) = delete;

  /// Takes what was seen since the last time, as one tick.
  void collect(Recording& recording);

 private:
  class Looker;
  std::unique_ptr<Looker> looker_;
};

}  // namespace watch
