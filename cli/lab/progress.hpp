// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "status_line.hpp"

namespace lab {

/// A progress line on standard error; nothing if standard error is not a
/// terminal.
class Progress {
 public:
  explicit Progress(std::size_t steps);

  /// Begins one more step.
  void step(const std::string& what);
  /// Sets the completed fraction of the current step.
  void advance(double fraction);
  /// Clears the line for other output, until it is drawn again.
  void clear();

 private:
  void draw(double done);

  StatusLine line_;
  std::size_t steps_;
  std::size_t begun_ = 0;
  std::string what_;
  int drawn_ = -1;  // the last percentage shown
};

}  // namespace lab
