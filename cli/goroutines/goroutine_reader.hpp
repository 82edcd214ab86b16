// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <unordered_map>

#include "goroutines/snapshot.hpp"
#include "goroutines/stack.hpp"
#include "goroutines/target.hpp"

namespace goroutines {

/// Converts the runtime's g into a goroutine. Requires: the layout is known.
class GoroutineReader {
 public:
  explicit GoroutineReader(const Target& target)
      : target_(target), walker_(target.program.memory(), target.lines) {}

  /// None if it is unreadable; number 0 if it is not in use. One that keeps
  /// changing while it is read has no stack.
  std::optional<Goroutine> read(Address address);

 private:
  struct Raw;

  std::optional<Raw> read_raw(Address address) const;
  Goroutine describe(const Raw& raw) const;
  std::string reason(const Raw& raw) const;
  std::optional<pid_t> thread(const Raw& raw) const;
  StackStart start(const Raw& raw, const Goroutine& goroutine) const;
  std::optional<ForkLockWait> wait(const std::vector<StackPlace>& places);
  const Frame& frame(Address pc);

  const Target& target_;
  StackWalker walker_;
  std::unordered_map<Address, Frame> frames_;
};

}  // namespace goroutines
