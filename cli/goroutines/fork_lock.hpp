// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "goroutines/memory.hpp"
#include "goroutines/version.hpp"
#include "recording/event.hpp"

namespace goroutines {

/// The part of the ForkLock that a goroutine waits for.
enum class ForkLockWait {
  reader,    ///< creates a descriptor, waits for the launcher
  launcher,  ///< is next to launch, waits until the readers have left
  queued,    ///< launches, waits for the launcher before it
};

/// The state of syscall.ForkLock, a sync.RWMutex: launchers write.
struct ForkLock {
  bool held = false;        ///< by a launcher
  bool awaited = false;     ///< by a launcher that waits until the readers have left
  std::size_t inside = 0;   ///< readers that hold it
  std::size_t waiting = 0;  ///< readers that wait for a launcher
  std::size_t queued = 0;   ///< launchers behind the first

  watch::ForkLockState state() const;
  bool operator==(const ForkLock&) const = default;
};

/// "held by a launcher; 20 readers wait; 2 launchers are queued".
std::string print(const ForkLock& lock);

constexpr std::size_t fork_lock_size = 24;
/// From its bytes, as sync.RWMutex has them since Go 1.3.
ForkLock read_fork_lock(std::span<const std::byte, fork_lock_size> bytes, Version version);

/// Launchers that wait for a sync.Mutex, which has eight bytes.
std::size_t waiters_of_mutex(std::span<const std::byte> bytes, Version version);

/// The owner of the semaphore at an address; none if it is not the ForkLock's.
std::optional<ForkLockWait> wait_at(Address semaphore, Address fork_lock);

}  // namespace goroutines
