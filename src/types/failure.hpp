// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/step.hpp>
#include <string>

namespace forklift::launch {

/// The failed step of a launch, its subject, and its errno.
struct Failure {
  Step step = Step::exec;
  std::string subject;
  int error = 0;
};

}  // namespace forklift::launch
