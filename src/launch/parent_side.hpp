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

/// Starts a launch and returns before the child has reached exec.
///
/// Errors: failures before there is a child; nothing is left then.
/// Threads: any; the caller is not suspended.
std::expected<InFlightPtr, Failure> start(CompiledPlanRef plan);

/// Waits until the child has executed its program or failed to; false at the
/// deadline, with the launch unchanged.
bool await(const InFlight& record, kernel::Deadline deadline) noexcept;

/// Ends a launch whose child has left: returns nothing if the program runs,
/// else the failure, with the child reaped.
///
/// Requires: `await` was true.
std::expected<void, Failure> conclude(InFlight& record);

/// The current call of a launch's child.
struct ChildPosition {
  Step step = Step::exec;
  std::string subject;  ///< the subject of the call, for people; may be empty
};

/// Threads: any, until the launch is concluded or ended: the child stores the
/// number of each call before it makes it. The second stage runs on memory of
/// its own, so such a child appears at the last call before it.
ChildPosition position_of(const InFlight& record);

/// The kernel-dependent guarantees of this launch.
Guarantees guarantees_of(const InFlight& record) noexcept;

/// Kills the child and returns at once; `conclude` then returns the failure.
void stop(InFlight& record) noexcept;

/// The failure of a launch that was stopped.
Failure unwanted(const InFlight& record);

/// Kills the child of a cancelled launch. A child that does not die at once is
/// reaped later; its thread waits 20 ms at most.
void give_up(InFlightPtr record) noexcept;

/// The failure of a launch that exceeded its plan's deadline, with its current
/// step.
Failure overdue(const InFlight& record);

}  // namespace forklift::launch
