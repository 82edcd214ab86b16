// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <forklift/guarantees.hpp>
#include <forklift/step.hpp>
#include <string>

#include "kernel/deadline.hpp"
#include "types/failure.hpp"
#include "launch/in_flight.hpp"

namespace forklift::launch {

/// Starts a launch and returns while the child is still on its way.
///
/// Errors: whatever fails before there is a child; nothing is left then.
/// Threads: any; the caller is not suspended.
std::expected<InFlightPtr, Failure> start(CompiledPlanRef plan);

/// Waits until the child has executed its program or failed to; false when the
/// deadline came first, and the launch is as it was.
bool await(const InFlight& record, kernel::Deadline deadline) noexcept;

/// Ends a launch whose child has left: nothing if the program runs, else the
/// failure, with the child reaped.
///
/// Requires: `await` was true.
std::expected<void, Failure> conclude(InFlight& record);

/// Which call the child of a launch is at.
struct ChildPosition {
  Step step = Step::exec;
  std::string subject;  ///< what the call is about, for people; may be empty
};

/// Threads: any, as long as nobody concludes or ends the launch: the child stores
/// the number of each call before it makes it. What runs in the second stage is
/// on memory of its own, so such a child is at the last call before.
ChildPosition position_of(const InFlight& record);

/// What this launch assured of the things that depend on the kernel.
Guarantees guarantees_of(const InFlight& record) noexcept;

/// Kills the child and returns at once; `conclude` then tells the failure.
void stop(InFlight& record) noexcept;

/// The failure of a launch that was stopped.
Failure unwanted(const InFlight& record);

/// Kills the child of a launch that is not wanted any more. A child that does
/// not die at once is left behind and reaped later; its thread waits 20 ms at most.
void give_up(InFlightPtr record) noexcept;

/// The failure of a launch that took longer than its plan's deadline allows:
/// where it stands.
Failure overdue(const InFlight& record);

}  // namespace forklift::launch
