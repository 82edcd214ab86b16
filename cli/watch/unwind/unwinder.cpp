// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "modules.hpp"
#include "stack_names.hpp"
#include "watch/stack_copy.hpp"
#include "watch/unwind/launch_spot.hpp"
#include "watch/unwind/perf_map.hpp"
#include "watch/unwind/walk.hpp"

namespace watch {
namespace {

// The outermost functions of a complete stack.
constexpr std::array<std::string_view, 9> beginnings{
    "_start",       "clone",          "__clone",        "clone3",       "__clone3",
    "start_thread", "runtime.goexit", "runtime.mstart", "runtime.clone"};

constexpr std::string_view made_at_run_time = "[code made at run time]";

Way by_frame_pointers(std::span<const std::uint64_t> addresses) {
  Way way;
  const std::size_t depth = std::min(addresses.size(), most_frames);
  for (std::size_t i = 0; i < depth; ++i) way.frames.push_back({addresses[i], i > 0});
  return way;
}

// One process between two execve(2).
class Image {
 public:
  explicit Image(pid_t pid)
      : modules_(std::make_shared<Modules>(pid)),
        names_(modules_),
        walk_(modules_),
        perf_map_(pid) {}

  Way walk(const StackCopy& copy) {
    Registers begin = copy.registers;
    const std::uint64_t place = instruction_pointer(begin);
    const Spot spot{names_.at(place, false).function, modules_->describes(place)};
    const auto caller = step_over(
        spot, copy, [this](std::uint64_t address) { return modules_->describes(address); });
    if (!caller) return walk_.from(begin, copy);
    Way way = walk_.from(*caller, copy);
    if (!way.frames.empty()) way.frames.front().returns = true;
    way.frames.insert(way.frames.begin(), {place, false});
    way.frames.resize(std::min(way.frames.size(), most_frames));
    return way;
  }

  /// Empty where there is no code.
  std::string name(const CodeAddress& place) {
    const Frame frame = names_.at(place.address, place.returns);
    if (!frame.function.empty()) return shorten(frame.function);
    const std::string& made = perf_map_.at(place.address - (place.returns ? 1 : 0));
    if (!made.empty()) return made;
    return frame.module.empty() ? "" : print(frame);
  }

 private:
  const std::shared_ptr<Modules> modules_;
  StackNames names_;
  Walk walk_;
  PerfMap perf_map_;
};

std::string number(const CodeAddress& place) { return fmt::format("{:#x}", place.address); }

// Addresses of generated code are meaningless and differ between runs: between
// named functions one word replaces all of them.
void append(Stack& stack, const std::string& name, std::size_t unnamed) {
  if (unnamed > 0) stack.emplace_back(made_at_run_time);
  stack.push_back(name);
}

// The end of a torn stack is numbers that lead nowhere.
Stack names_of(const Way& way, Image* image) {
  Stack stack;
  std::size_t unnamed = 0;
  for (const CodeAddress& place : way.frames) {
    const std::string name = image ? image->name(place) : "";
    if (!name.empty()) append(stack, name, unnamed);
    unnamed = name.empty() ? unnamed + 1 : 0;
  }
  if (stack.empty() && unnamed > 0) stack.push_back(number(way.frames.front()));
  return stack;
}

bool is_whole(const Way& way, const Stack& stack) {
  return way.complete ||
         (!stack.empty() && std::ranges::find(beginnings, stack.back()) != beginnings.end());
}

}  // namespace

class Unwinder::State {
 public:
  explicit State(pid_t pid) : pid_(pid), image_(std::make_unique<Image>(pid)) {}

  Stack names(const StackCopy& copy) {
    const Way pointed = by_frame_pointers(copy.return_addresses);
    const Way walked = image_ ? image_->walk(copy) : Way{};
    Stack by_pointers = names(pointed);
    Stack by_description = names(walked);
    const auto worth = [](const Way& way, const Stack& stack) {
      return std::pair(is_whole(way, stack), stack.size());
    };
    return worth(walked, by_description) >= worth(pointed, by_pointers) ? by_description
                                                                        : by_pointers;
  }

  Stack names(const Way& way) { return names_of(way, image_.get()); }

  // A process that has ended has no names any more.
  void forget() try {
    image_.reset();
    image_ = std::make_unique<Image>(pid_);
  } catch (const std::runtime_error&) {
  }

 private:
  const pid_t pid_;
  std::unique_ptr<Image> image_;
};

Unwinder::Unwinder(pid_t pid) : state_(std::make_unique<State>(pid)) {}
Unwinder::~Unwinder() = default;

Stack Unwinder::names(const StackCopy& copy) { return state_->names(copy); }

Stack Unwinder::names(std::span<const std::uint64_t> addresses) {
  return state_->names(by_frame_pointers(addresses));
}

void Unwinder::forget() { state_->forget(); }

}  // namespace watch
