// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/group.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

namespace goroutines {
namespace {

// All frames are the runtime's: a helper of every Go program.
bool is_runtimes_own(const Goroutine& goroutine) {
  const auto runtimes = [](const Frame& frame) { return frame.function.starts_with("runtime."); };
  return !goroutine.stack.empty() && std::ranges::all_of(goroutine.stack, runtimes) &&
         (!goroutine.created_by || runtimes(*goroutine.created_by));
}

int rank(const Goroutine& goroutine) {
  if (goroutine.waits) return static_cast<int>(*goroutine.waits);
  if (launches(goroutine)) return 10;
  if (is_runtimes_own(goroutine)) return 30;
  return 20;
}

auto key(const Goroutine& goroutine) {
  return std::tuple(rank(goroutine), goroutine.waits, goroutine.unsettled, goroutine.state,
                    goroutine.reason, goroutine.stack, goroutine.created_by);
}

}  // namespace

bool launches(const Goroutine& goroutine) {
  return std::ranges::any_of(goroutine.stack, [](const Frame& frame) {
    return frame.function == "syscall.forkExec" ||
           frame.function.starts_with("syscall.forkAndExec");
  });
}

std::vector<Group> group(const Snapshot& snapshot) {
  std::map<decltype(key(Goroutine{})), Group> together;
  for (const Goroutine& goroutine : snapshot.goroutines) {
    together[key(goroutine)].members.push_back(&goroutine);
  }
  std::vector<Group> groups;
  for (auto& [same, found] : together) {
    std::ranges::sort(found.members, {}, &Goroutine::id);
    groups.push_back(std::move(found));
  }
  std::ranges::stable_sort(groups, [](const Group& a, const Group& b) {
    const int first = rank(a.first());
    const int second = rank(b.first());
    return first != second ? first < second : a.members.size() > b.members.size();
  });
  return groups;
}

}  // namespace goroutines
