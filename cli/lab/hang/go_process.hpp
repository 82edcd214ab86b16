// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "lab/hang/go_runtime.hpp"
#include "lab/hang/figures.hpp"
#include "lab/hang/trial.hpp"

namespace lab::hang {

/// The turn of a real Go runtime: a process of its own with goroutines that launch
/// (cli/lab/peers/programs/hang.go), which prints its dumps itself. A wait is the
/// whole of `Cmd.Start`, as nobody outside sees the lock alone.
///
/// Errors: throws `std::runtime_error` with what the process reports.
Run run_go(const Plan& plan, const GoRuntime& runtime, SignalNotifier& notifier);

/// Fills in what the process reported: one line for each launch, dump, and the end.
///
/// Errors: throws `std::runtime_error` if a line is none of these.
void read_go_report(const std::string& text, Launches& launched, Run& run);

}  // namespace lab::hang
