// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
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

/// The value of a `try_` function, or its error thrown.
template <class T>
T value_or_throw(std::expected<T, LaunchError> result) {
  if (!result) throw std::move(result.error());
  return std::move(*result);
}

}  // namespace forklift
