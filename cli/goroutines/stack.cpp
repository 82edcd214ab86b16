// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/stack.hpp"

#include <algorithm>
#include <array>

namespace goroutines {
namespace {

constexpr std::size_t most_frames = 100;  // as many as Go prints
constexpr std::size_t word = 8;
// The size of one read; deeper stacks are read again further up.
constexpr std::uint64_t most_bytes = 256U << 10;

// Functions without callers: the first of a goroutine or of a thread.
bool is_outermost(std::string_view name) {
  constexpr std::array names = {"runtime.goexit", "runtime.rt0_go", "runtime.mstart",
                                "runtime.mcall", "runtime.morestack"};
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

Address instruction_of(const LineTable& table, Address pc) {
  const auto function = table.function(pc);
  return function && function->entry == pc ? pc : pc - 1;
}

std::optional<StackWalker::Step> StackWalker::step(Address pc) {
  const auto known = known_.find(pc);
  if (known != known_.end()) return known->second;
  std::optional<Step> found;
  const Address instruction = instruction_of(table_, pc);
  if (const auto function = table_.function(instruction)) {
    const auto size = table_.frame_size(*function, instruction);
    found = Step{.size = size.value_or(-1), .outermost = !size || is_outermost(function->name)};
  }
  known_.emplace(pc, found);
  return found;
}

std::vector<StackPlace> StackWalker::walk(const StackStart& start) {
  std::vector<StackPlace> places;
  bytes_.clear();
  if (start.sp < start.low || start.sp >= start.high || start.sp % word != 0) return places;
  bytes_ = memory_.bytes(start.sp, std::min(start.high - start.sp, most_bytes));
  StackPlace at{.pc = start.pc, .sp = start.sp};
  while (places.size() < most_frames) {
    const auto frame = step(at.pc);
    if (!frame) break;
    // The goroutine's end is below its first function, which has no caller.
    if (frame->outermost && !places.empty()) break;
    places.push_back(at);
    if (frame->outermost || frame->size < 0) break;
    const auto size = static_cast<std::uint64_t>(frame->size);
    const bool in_register = table_.link_register();
    if (in_register && size == 0) break;
    const std::uint64_t offset = at.sp - start.sp;
    const auto caller = value_at<Address>(bytes_, in_register ? offset : offset + size);
    if (!caller) break;
    at = {.pc = *caller, .sp = at.sp + size + (in_register ? 0 : word)};
  }
  return places;
}

}  // namespace goroutines
