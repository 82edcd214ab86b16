// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "goroutines/snapshot.hpp"

namespace goroutines {

/// Goroutines shown with one stack, since they are in the same state at the
/// same place.
struct Group {
  std::vector<const Goroutine*> members;  ///< by number, never empty

  const Goroutine& first() const { return *members.front(); }
};

/// Waiters for the ForkLock come first: readers, then launchers; then launches
/// in progress; the runtime's own goroutines come last. Among equals the larger
/// group is first. The groups point into the snapshot.
std::vector<Group> group(const Snapshot& snapshot);

/// Whether it is in the middle of a launch, so that it may hold the lock.
bool launches(const Goroutine& goroutine);

}  // namespace goroutines
