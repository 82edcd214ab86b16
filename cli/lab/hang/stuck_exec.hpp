// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "lab/hang/hang.hpp"

namespace lab::hang {

/// While the workers of each contender launch, one more thread launches a program
/// whose exec blocks for `delay`; counts the waiters. False if interrupted.
///
/// A launcher with deadlines gets one of a quarter of that.
/// Errors: before any work throws `Refusal`, or `std::runtime_error`, with one line.
bool run_stuck_exec(const HangRequest& request, std::chrono::milliseconds delay);

}  // namespace lab::hang
