// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/progress.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace lab {

Progress::Progress(std::size_t steps) : steps_(steps) {}

void Progress::step(const std::string& what) {
  what_ = what;
  ++begun_;
  advance(0);
}

void Progress::advance(double fraction) {
  if (!line_.shown()) return;
  draw((static_cast<double>(begun_ - 1) + std::min(fraction, 1.0)) / static_cast<double>(steps_));
}

void Progress::draw(double done) {
  constexpr int width = 30;
  const int percent = static_cast<int>(100 * done);
  if (percent == drawn_ && done > 0) return;
  drawn_ = percent;
  const auto filled = static_cast<std::size_t>(width * done);
  line_.show(fmt::format("[{:<{}}] {:3}%  {}", std::string(filled, '#'), width, percent, what_));
}

void Progress::clear() {
  line_.clear();
  drawn_ = -1;
}

}  // namespace lab
