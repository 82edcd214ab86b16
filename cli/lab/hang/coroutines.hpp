// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "lab/hang/hang.hpp"

namespace lab::hang {

/// The experiment with coroutines of one event loop instead of threads; false
/// if it was interrupted.
///
/// Errors: before any work throws `Refusal`, or `std::runtime_error`, with one line.
bool run_coroutines(const HangRequest& request);

}  // namespace lab::hang
