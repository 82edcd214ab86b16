// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lab/record.hpp"

namespace lab::loop {

/// The options of `forklift lab loop`; empty or 0: by the machine, or by
/// `brief`.
struct LoopRequest {
  std::vector<std::string> contenders;
  std::vector<std::size_t> rss;  ///< bytes
  std::vector<std::size_t> descriptors;
  std::size_t coroutines = 0;
  std::size_t limit = 0;
  std::size_t rounds = 0;
  std::string program;  ///< empty: the do-nothing child
  bool brief = false;
  Record record;
  std::string command_line;  ///< for the record
};

/// Runs the experiment and prints the tables.
///
/// Errors: before any work throws `Refusal`, or `std::runtime_error`, with one line.
void run(const LoopRequest& request);

}  // namespace lab::loop
