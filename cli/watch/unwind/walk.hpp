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

/// Deeper stacks are cut: their outermost frames are rarely needed.
constexpr std::size_t most_frames = 64;

struct CodeAddress {
  std::uint64_t address = 0;
  bool returns = true;  ///< a call returns to it; else the thread was there
};

/// The position of a thread, innermost first.
struct Way {
  std::vector<CodeAddress> frames;
  bool complete = false;  ///< it reaches the thread's first function
};

/// Walks copied stacks by the unwind information of the modules, and by frame
/// pointers where code has none. Reads no memory except the copied bytes.
class Walk {
 public:
  explicit Walk(std::shared_ptr<Modules> modules);
  Walk(const Walk&) = delete;

  /// `begin`: the initial registers, which may be those of a caller.
  Way from(const Registers& begin, const StackCopy& copy);

 private:
  const std::shared_ptr<Modules> modules_;
  bool attached_ = false;

  struct Answers;  ///< to libdwfl's callbacks
  const StackCopy* copy_ = nullptr;
  Registers begin_;
  std::vector<CodeAddress> frames_;
  bool torn_ = false;  ///< something outside the copy was requested
};

}  // namespace watch
