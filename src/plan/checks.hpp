// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "types/failure.hpp"
#include "plan/caller_state.hpp"
#include "plan/launch_spec.hpp"

namespace forklift::launch {

/// What the kernel would misunderstand rather than refuse: a NUL byte in a
/// string, an environment key with '=', a signal or number that cannot be.
std::optional<Failure> check_spec(const LaunchSpec& spec, const CallerState& now);

}  // namespace forklift::launch
