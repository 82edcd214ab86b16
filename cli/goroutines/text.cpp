// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <algorithm>
#include <span>

#include "goroutines/group.hpp"
#include "goroutines/report.hpp"
#include "quantity.hpp"

namespace goroutines {
namespace {

std::string print_lock(const Snapshot& snapshot) {
  if (!snapshot.fork_lock) return "ForkLock: not known\n";
  return fmt::format("ForkLock: {}\n", print(*snapshot.fork_lock));
}

// As in Go: "12 minutes"; below that in seconds, which Go omits.
std::string print(std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  if (seconds >= 60) return fmt::format(", {} minutes", seconds / 60);
  return seconds > 0 ? fmt::format(", {} seconds", seconds) : "";
}

// The longest time of the group.
std::string print_blocked(const Group& group) {
  std::chrono::nanoseconds longest{0};
  for (const Goroutine* const member : group.members) {
    longest = std::max(longest, member->blocked.value_or(longest));
  }
  return print(longest);
}

std::string print_state(const Group& group) {
  const Goroutine& first = group.first();
  const std::string& words = first.reason.empty() ? first.state : first.reason;
  const bool alone = group.members.size() == 1;
  const std::string thread =
      alone && first.thread ? fmt::format(" on thread {}", *first.thread) : "";
  return words + thread + print_blocked(group);
}

std::string print_wait(const Group& group) {
  const Goroutine& first = group.first();
  const char* const verb = group.members.size() == 1 ? "waits" : "wait";
  if (!first.waits) return launches(first) ? " in a launch" : "";
  switch (*first.waits) {
    case ForkLockWait::reader:
      return fmt::format(" {} for the ForkLock, to create descriptors", verb);
    case ForkLockWait::launcher:
      return fmt::format(" {} for the ForkLock's readers to leave, to launch", verb);
    case ForkLockWait::queued: return fmt::format(" {} for the ForkLock, to launch", verb);
  }
  return "";
}

std::string numbers(const Group& group) {
  constexpr std::size_t most = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, group.members.size()); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : " ", group.members[i]->id);
  }
  return group.members.size() > most ? text + " ..." : text;
}

std::string print(const Frame& frame) {
  const std::string place =
      frame.file.empty() ? "" : fmt::format(" ({}:{})", frame.file, frame.line);
  return (frame.function.empty() ? "?" : frame.function) + place;
}

// Omits how the runtime puts a goroutine to sleep, as Go does.
std::span<const Frame> shown(const Goroutine& goroutine) {
  const auto first = std::ranges::find_if_not(
      goroutine.stack, [](const Frame& frame) { return frame.function.starts_with("runtime."); });
  const auto skipped = static_cast<std::size_t>(first - goroutine.stack.begin());
  const std::span<const Frame> all(goroutine.stack);
  return skipped == all.size() ? all : all.subspan(skipped);
}

std::string print_stack(const Goroutine& goroutine) {
  if (goroutine.unsettled) return "    (ran on while it was looked at)\n";
  std::string text;
  if (goroutine.stack.empty()) {
    text += goroutine.state == "running" ? "    (on a processor: its stack is not to be known)\n"
                                         : "    (its stack cannot be read)\n";
  }
  for (const Frame& frame : shown(goroutine)) text += "    " + print(frame) + "\n";
  if (goroutine.created_by) text += "    created by " + print(*goroutine.created_by) + "\n";
  return text;
}

std::string print(const Group& group) {
  const std::size_t count = group.members.size();
  const std::string who = count == 1 ? fmt::format("goroutine {}", group.first().id)
                                     : fmt::format("{} goroutines", count);
  const std::string which = count == 1 ? "" : fmt::format(" ({})", numbers(group));
  return fmt::format("\n{} [{}]{}{}:\n{}", who, print_state(group), print_wait(group), which,
                     print_stack(group.first()));
}

}  // namespace

std::string print_text(const Subject& subject, const Snapshot& snapshot) {
  const double took = std::chrono::duration<double, std::micro>(snapshot.took).count();
  std::string text = fmt::format("{} ({}), {}: {} goroutines, looked at in {}\n", subject.name,
                                 subject.pid, subject.version.empty() ? "Go" : subject.version,
                                 snapshot.goroutines.size(), print_time(took));
  text += print_lock(snapshot);
  for (const std::string& sentence : snapshot.missing) text += "note: " + sentence + "\n";
  for (const Group& found : group(snapshot)) text += print(found);
  return text;
}

}  // namespace goroutines
