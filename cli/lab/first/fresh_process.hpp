// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "lab/contender.hpp"

namespace lab {

/// The program and the load of a fresh process.
struct FreshLaunch {
  std::string contender;
  std::string program;
  std::size_t rss = 0;  ///< bytes
  std::size_t descriptors = 0;
  std::size_t threads = 0;  ///< sleeping
  std::size_t pages = 1;    ///< maximum to write once more; at least 1
};

/// The result; times in microseconds.
struct FreshFigures {
  Times first{};
  double later = 0;         ///< median of the following launches in the same process
  std::size_t pages = 0;    ///< written before the first launch, and once more after it
  double faults = 0;        ///< by the second writing, less those by the first
  double write_before = 0;  ///< duration of the first writing
  double write = 0;         ///< and of the second
};

/// Starts a process that has never launched anything, makes it as heavy as
/// asked, and launches in it by the contender.
///
/// The process is this command, executed anew. All that a contender sets up at
/// its first launch counts; loading its library and constructing its objects
/// does not.
/// Errors: throws `std::runtime_error` with the process's error, or its end.
FreshFigures launch_afresh(const FreshLaunch& launch);

/// The first argument of this command in the fresh process.
constexpr const char* fresh_word = "--first-launch";

/// The fresh process: `argv` are the arguments after the word; returns its status.
int be_fresh_process(char** argv);

}  // namespace lab
