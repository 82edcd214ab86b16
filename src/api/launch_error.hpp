// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/error.hpp>
#include <string>
#include <utility>

#include "types/failure.hpp"
#include "launch/counters.hpp"

namespace forklift {

/// Counts a failure and converts it into the user's error.
inline LaunchError failed(const std::string& program, launch::Failure failure) {
  launch::launch_counters().failed(failure.step);
  return LaunchError(program, failure.step, std::move(failure.subject), failure.error);
}

}  // namespace forklift
