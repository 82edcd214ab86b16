// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/step.hpp>
#include <string>

namespace forklift::launch {

/// Which step of a launch failed, on what, and with which errno.
struct Failure {
  Step step = Step::exec;
  std::string subject;
  int error = 0;
};

}  // namespace forklift::launch
