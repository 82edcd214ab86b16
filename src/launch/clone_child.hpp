// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "kernel/clone.hpp"
#include "types/failure.hpp"
#include "launch/in_flight.hpp"

namespace forklift::launch {

/// The clone that makes the child of a record, by what the kernel can do.
kernel::CloneRequest request_for(const InFlight& record, int& pidfd);

/// Makes the child of a record that has been provided with everything: the
/// clone, by the thread that the plan wants.
///
/// Errors: the kernel's reason; there is no child then.
std::optional<Failure> clone_child(InFlight& record);

/// Lets a child go on that waits until the ids of its user namespace are
/// mapped: maps them first.
std::optional<Failure> open_gate(InFlight& record);

}  // namespace forklift::launch
