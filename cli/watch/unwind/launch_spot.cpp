// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/unwind/launch_spot.hpp"

#include <cstring>

namespace watch {
namespace {

#if defined(__x86_64__)

// vfork(2) returns twice on one stack: the top of it is removed before the
// call, and a register holds the caller meanwhile.
const std::uint64_t* caller_in_register(const std::string& function, const Registers& registers) {
  const auto is = [&](const char* name) { return function == name; };
  if (is("syscall.rawVforkSyscall")) return &registers.r12;  // Go until 1.21
  if (is("vfork") || is("__vfork") || is("__libc_vfork")) return &registers.di;
  return nullptr;
}

#endif

}  // namespace

std::uint64_t& instruction_pointer(Registers& registers) {
#if defined(__x86_64__)
  return registers.ip;
#else
  return registers.general[32];
#endif
}

std::uint64_t& stack_pointer(Registers& registers) {
#if defined(__x86_64__)
  return registers.sp;
#else
  return registers.general[31];
#endif
}

std::optional<std::uint64_t> word_at(const StackCopy& copy, std::uint64_t address) {
  Registers registers = copy.registers;
  std::uint64_t word = 0;
  const std::uint64_t offset = address - stack_pointer(registers);
  if (copy.bytes.size() < sizeof word || offset > copy.bytes.size() - sizeof word) {
    return std::nullopt;
  }
  std::memcpy(&word, copy.bytes.data() + offset, sizeof word);
  return word;
}

#if defined(__x86_64__)

std::optional<Registers> step_over(const Spot& spot, const StackCopy& copy,
                                   const std::function<bool(std::uint64_t)>& is_code) {
  Registers after = copy.registers;
  const auto top = word_at(copy, after.sp);
  if (const std::uint64_t* const caller = caller_in_register(spot.function, after)) {
    // musl keeps it in another register than glibc.
    for (const std::uint64_t address : {*caller, after.dx}) {
      if (!is_code(address)) continue;
      if (top == address) after.sp += sizeof address;
      after.ip = address;
      return after;
    }
  }
  // glibc ends its description of clone and clone3 at the system call, since it
  // would be wrong in the child. Neither of them has anything on the stack.
  if (spot.described || !top || !is_code(*top)) return std::nullopt;
  after.ip = *top;
  after.sp += sizeof *top;
  return after;
}

#else

// The link register holds the caller.
std::optional<Registers> step_over(const Spot& spot, const StackCopy& copy,
                                   const std::function<bool(std::uint64_t)>& is_code) {
  Registers after = copy.registers;
  const std::uint64_t caller = after.general[30];
  if (spot.described || !is_code(caller)) return std::nullopt;
  instruction_pointer(after) = caller;
  return after;
}

#endif

}  // namespace watch
