// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "types/failure.hpp"
#include "plan/caller_state.hpp"
#include "plan/launch_spec.hpp"

namespace forklift::launch {

/// Input that the kernel would misinterpret rather than refuse: a NUL byte in a
/// string, an environment key with '=', an impossible signal or number.
std::optional<Failure> check_spec(const LaunchSpec& spec, const CallerState& now);

}  // namespace forklift::launch
