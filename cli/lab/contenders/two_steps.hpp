// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

#include "lab/contenders/stopwatch.hpp"

namespace lab {

/// A launcher of two calls: one returns when the program runs, the other when
/// it has ended.
class TwoSteps : public Contender {
 protected:
  /// `start()` returns the child, `wait(child)` whether it ended well.
  ///
  /// Errors: throws what they throw, and `std::runtime_error` for a child that
  /// did not end well.
  template <class Start, class Wait>
  Times time(Start start, Wait wait) {
    Times times;
    enter(Stage::launching);
    const Stopwatch watch;
    auto child = start();
    times.hold = times.launch = watch.read();
    enter(Stage::waiting_for_child);
    const bool well = wait(child);
    times.finish = watch.read();
    enter(Stage::running);
    if (!well) throw std::runtime_error("the child failed");
    return times;
  }
};

}  // namespace lab
