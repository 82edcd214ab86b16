// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "goroutines/line_table.hpp"
#include "goroutines/memory.hpp"

namespace goroutines {

/// The start of a stack walk, and its bounds.
struct StackStart {
  Address pc = 0;
  Address sp = 0;
  Address low = 0;
  Address high = 0;
};

/// A return address, or the innermost position, and the start of its frame.
struct StackPlace {
  Address pc = 0;
  Address sp = 0;
};

/// Walks stacks as Go itself does: by the frame sizes that the line table has
/// for every instruction. Frame pointers are not enough: Go saves those of a
/// goroutine in a system call only since 1.23.
class StackWalker {
 public:
  StackWalker(const Memory& memory, const LineTable& table) : memory_(memory), table_(table) {}

  /// Innermost first, without runtime.goexit. Ends where the stack is invalid.
  std::vector<StackPlace> walk(const StackStart& start);

  /// The bytes that the last walk read, from its stack pointer on.
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  struct Step {
    std::int32_t size = 0;  // of the frame, without the return address
    bool outermost = false;
  };
  std::optional<Step> step(Address pc);

  const Memory& memory_;
  const LineTable& table_;
  std::vector<std::byte> bytes_;
  std::unordered_map<Address, std::optional<Step>> known_;
};

/// The instruction for a program counter on a stack: the one before the return
/// address, except in a function that has not begun.
Address instruction_of(const LineTable& table, Address pc);

}  // namespace goroutines
