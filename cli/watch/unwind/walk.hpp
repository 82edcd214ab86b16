// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "modules.hpp"
#include "watch/stack_copy.hpp"

namespace watch {

/// Deeper stacks are cut: what they began with is seldom asked for.
constexpr std::size_t most_frames = 64;

struct CodeAddress {
  std::uint64_t address = 0;
  bool returns = true;  ///< a call returns to it; else the thread was there
};

/// Where a thread was, innermost first.
struct Way {
  std::vector<CodeAddress> frames;
  bool complete = false;  ///< it leads to where the thread began
};

/// Walks copied stacks by the unwind information of the modules, and by frame
/// pointers where code has none. Reads no memory but the copied bytes.
class Walk {
 public:
  explicit Walk(std::shared_ptr<Modules> modules);
  Walk(const Walk&) = delete;

  /// `begin`: the registers to begin with, which may be those of a caller.
  Way from(const Registers& begin, const StackCopy& copy);

 private:
  const std::shared_ptr<Modules> modules_;
  bool attached_ = false;

  struct Answers;  ///< to what libdwfl asks
  const StackCopy* copy_ = nullptr;
  Registers begin_;
  std::vector<CodeAddress> frames_;
  bool torn_ = false;  ///< something was asked for that is not in the copy
};

}  // namespace watch
