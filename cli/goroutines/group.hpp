// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "goroutines/snapshot.hpp"

namespace goroutines {

/// Goroutines that are told by one stack, as they are in the same state at the
/// same place.
struct Group {
  std::vector<const Goroutine*> members;  ///< by number, never empty

  const Goroutine& first() const { return *members.front(); }
};

/// Who waits for the ForkLock comes first: readers, then launchers; then who is in
/// the middle of a launch; the runtime's own goroutines come last. Among equals
/// the larger group is first. The groups point into the snapshot.
std::vector<Group> group(const Snapshot& snapshot);

/// Whether it is in the middle of a launch, so that it may be who holds the lock.
bool launches(const Goroutine& goroutine);

}  // namespace goroutines
