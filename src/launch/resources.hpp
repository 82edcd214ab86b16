// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>

#include "types/failure.hpp"
#include "launch/in_flight.hpp"

namespace forklift::launch {

/// Provides the resources of the child of `record`: its cgroup, its ends of
/// pipes and terminal, its messages; and fills its frame.
///
/// Errors: an unavailable resource; the record owns those acquired by then.
std::optional<Failure> acquire_resources(InFlight& record);

/// The descriptor of the child's cgroup, -1 without.
int cgroup_of(const InFlight& record) noexcept;

}  // namespace forklift::launch
