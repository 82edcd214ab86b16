// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "status_line.hpp"

namespace lab {

/// A line on standard error that tells how far long work has come; nothing
/// where standard error is not a terminal.
class Progress {
 public:
  explicit Progress(std::size_t steps);

  /// One more step begins.
  void step(const std::string& what);
  /// The step under way is done to this fraction.
  void advance(double fraction);
  /// Makes room for other lines, until it is drawn again.
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
