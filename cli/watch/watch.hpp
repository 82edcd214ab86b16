// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "watch/observer.hpp"
#include "watch/outputs.hpp"

namespace watch {

/// The options of the command.
struct WatchRequest {
  std::vector<std::string> target;  ///< a pid, or a program and its arguments
  bool program = false;             ///< `target` is a program
  std::optional<std::chrono::milliseconds> length;
  std::optional<Backend> backend;  ///< only this one
  ObserverOptions options;
  Outputs outputs;
  std::string command_line;
};

/// Watches a process and prints the report.
///
/// Errors: before any work throws `Refusal`, or `std::runtime_error`, with one line.
void run(const WatchRequest& request);

}  // namespace watch
