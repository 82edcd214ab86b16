// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "kernel/clone.hpp"
#include "types/failure.hpp"
#include "launch/in_flight.hpp"

namespace forklift::launch {

/// The clone that creates the child of a record, by the kernel's features.
kernel::CloneRequest request_for(const InFlight& record, int& pidfd);

/// Creates the child of a record that has all its resources: the clone, by the
/// thread that the plan requires.
///
/// Errors: the kernel's reason; there is no child then.
std::optional<Failure> clone_child(InFlight& record);

/// Maps the ids of a child's user namespace, then releases the child, which
/// waits for that.
std::optional<Failure> open_gate(InFlight& record);

}  // namespace forklift::launch
