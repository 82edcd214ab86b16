// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Every kind of launch once, for tests of concurrent events.

#pragma once

#include <poll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <forklift/operation.hpp>
#include <forklift/pipeline.hpp>
#include <functional>
#include <string>
#include <vector>

#include "../support.hpp"

struct KindOfLaunch {
  const char* name;
  /// Launches `command` and returns whether it succeeded.
  std::function<bool(const forklift::Command& command)> run;
};

inline timespec left_until(forklift::Operation::Clock::time_point until) {
  const auto left = until - forklift::Operation::Clock::now();
  const auto positive = std::max(std::chrono::nanoseconds(left), std::chrono::nanoseconds(0));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(positive);
  return {seconds.count(), (positive - seconds).count()};
}

/// Drives an operation to its end with poll(2).
inline void carry_on(forklift::Operation& operation) {
  while (!operation.perform()) {
    const auto entries = operation.poll_entries();
    operation.release_closed();
    timespec left{};
    const auto until = operation.deadline();
    if (until) left = left_until(*until);
    // By a raw call, which is no cancellation point.
    ::syscall(SYS_ppoll, entries.data(), entries.size(), until ? &left : nullptr, nullptr, 0);
  }
}

inline bool runs_as_operation(const forklift::Command& command) {
  auto operation = forklift::begin_spawn(command);
  carry_on(*operation);
  forklift::Child child = operation->take();
  return child.pid() > 0;
}

/// Attributes of the memory need a second stage; this one needs no privilege.
inline forklift::Command with_second_stage(forklift::Command command) {
  return command.huge_pages(false);
}

/// Launches a command that is killed as soon as it is known to run.
inline std::vector<KindOfLaunch> kinds_of_launch() {
  using forklift::Command, forklift::Stdio;
  const auto spawns = [](const Command& command) { return command.spawn().pid() > 0; };
  return {
      {"plain", spawns},
      {"pipes",
       [=](Command command) {
         return spawns(command.in(Stdio::pipe()).out(Stdio::pipe()).err(Stdio::pipe()));
       }},
      {"second stage", [=](const Command& command) { return spawns(with_second_stage(command)); }},
      {"dies with its parent", [=](Command command) { return spawns(command.die_with_parent()); }},
      {"both",
       [=](const Command& command) {
         return spawns(with_second_stage(command).die_with_parent());
       }},
      {"terminal", [=](Command command) { return spawns(command.new_session().pty()); }},
      {"started",
       [](const Command& command) { return std::move(command.start()).finish().has_value(); }},
      {"operation", runs_as_operation},
      {"operation with a second stage",
       [](const Command& command) { return runs_as_operation(with_second_stage(command)); }},
      {"pipeline",
       [](const Command& command) { return !(command | command).spawn().stages().empty(); }},
  };
}
