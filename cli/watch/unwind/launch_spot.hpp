// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "watch/stack_copy.hpp"

namespace watch {

std::uint64_t& instruction_pointer(Registers& registers);
std::uint64_t& stack_pointer(Registers& registers);

/// The word at an address within the copied bytes.
std::optional<std::uint64_t> word_at(const StackCopy& copy, std::uint64_t address);

/// The known facts about the place where a thread entered the kernel.
struct Spot {
  std::string function;    ///< empty if unnamed
  bool described = false;  ///< by unwind information
};

/// Places in a C library that create processes and whose unwind information is
/// missing or wrong: the registers after the return to the caller. None where
/// unwind information suffices.
std::optional<Registers> step_over(const Spot& spot, const StackCopy& copy,
                                   const std::function<bool(std::uint64_t)>& is_code);

}  // namespace watch
