// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>

#include "types/failure.hpp"
#include "launch/in_flight.hpp"

namespace forklift::launch {

/// Brings what the child of `record` needs: its cgroup, its ends of pipes and
/// terminal, its letters; and fills its frame.
///
/// Errors: what cannot be had; the record owns what is there by then.
std::optional<Failure> acquire_resources(InFlight& record);

/// The descriptor of the child's cgroup, -1 without.
int cgroup_of(const InFlight& record) noexcept;

}  // namespace forklift::launch
