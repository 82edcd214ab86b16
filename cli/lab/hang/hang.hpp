// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lab/hang/trial.hpp"
#include "lab/machine.hpp"
#include "lab/program.hpp"
#include "lab/record.hpp"

namespace lab::hang {

/// The options of `forklift lab hang`; empty ones depend on the machine.
struct HangRequest {
  std::vector<std::string> contenders;
  std::optional<std::size_t> rss;   ///< bytes
  std::optional<std::size_t> grow;  ///< bytes per second
  std::optional<std::size_t> workers;
  bool coroutines = false;           ///< on one thread, instead of threads
  std::optional<std::size_t> limit;  ///< children at a time, with coroutines
  double rate = 0;                   ///< launches per second by all workers; 0: as fast as they can
  std::optional<std::chrono::milliseconds> length;
  std::optional<std::chrono::milliseconds> dump_every;
  std::string program;  ///< empty: the do-nothing child
  bool brief = false;
  bool explain = false;  ///< the four corners of what Go 1.9 changed, in rounds
  std::optional<std::size_t> rounds;
  std::optional<std::chrono::milliseconds> stuck_exec;  ///< an exec blocks for this long
  bool go = false;                                      ///< also run the real Go runtime
  Record record;
  std::string command_line;  ///< for the record
};

/// The checked settings of a run.
struct Setting {
  Machine machine;
  Program program;
  Plan plan;
  std::vector<std::string> contenders;
  std::size_t rounds = 1;
};

/// Errors: as `run`.
Setting prepare(const HangRequest& request);

/// Runs the contenders one after the other, and prints a report; false if it
/// was interrupted.
///
/// Errors: before any work throws `Refusal`, or `std::runtime_error`, with one line.
bool run(const HangRequest& request);

}  // namespace lab::hang
