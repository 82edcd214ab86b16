// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "types/failure.hpp"
#include "plan/launch_spec.hpp"

namespace forklift::launch {

/// Input that the kernel would misinterpret, or apply to more than the child: a
/// nice value that it would round, a mount outside a new namespace.
std::optional<Failure> find_bad_attribute(const LaunchSpec& spec);

}  // namespace forklift::launch
