// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "lab/contender.hpp"

namespace lab {

/// What a fresh process launches, and how heavy it is when it does so.
struct FreshLaunch {
  std::string contender;
  std::string program;
  std::size_t rss = 0;  ///< bytes
  std::size_t descriptors = 0;
  std::size_t threads = 0;  ///< that sleep
  std::size_t pages = 1;    ///< at most so many are written once more; at least 1
};

/// What came of it; times in microseconds.
struct FreshFigures {
  Times first{};
  double later = 0;         ///< median launch of those that follow in the same process
  std::size_t pages = 0;    ///< written before the first launch, and once more after it
  double faults = 0;        ///< by the second writing, less those by the first
  double write_before = 0;  ///< how long the first took
  double write = 0;         ///< and the second
};

/// Makes a process that has never launched anything as heavy as asked, and has it
/// launch by the contender.
///
/// The process is this command, executed anew. Everything that a contender sets up
/// at its first launch counts: what it makes by loading its library or constructing
/// its objects does not.
/// Errors: throws `std::runtime_error` with what the process reports, or how it ended.
FreshFigures launch_afresh(const FreshLaunch& launch);

/// What the word `forklift` stands for in the fresh process.
constexpr const char* fresh_word = "--first-launch";

/// The fresh process: `argv` are the arguments behind the word. Returns the exit status.
int be_fresh_process(char** argv);

}  // namespace lab
