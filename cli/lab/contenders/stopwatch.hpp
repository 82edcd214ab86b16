// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "lab/contender.hpp"

namespace lab {

class Stopwatch {
 public:
  double read() const {
    return std::chrono::duration<double, std::micro>(Clock::now() - start_).count();
  }

 private:
  Clock::time_point start_ = Clock::now();
};

}  // namespace lab
