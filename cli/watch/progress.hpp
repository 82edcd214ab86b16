// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>

#include "recording/recording.hpp"
#include "status_line.hpp"

namespace watch {

/// A line on standard error with the events so far; nothing if standard error
/// is not a terminal.
class Progress {
 public:
  Progress(const Header& header, std::optional<std::chrono::milliseconds> length);

  void show(const Recording& recording);

 private:
  StatusLine line_;
  std::string target_;
  std::optional<std::chrono::milliseconds> length_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace watch
