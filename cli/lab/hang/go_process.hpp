// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "lab/hang/go_runtime.hpp"
#include "lab/hang/figures.hpp"
#include "lab/hang/trial.hpp"

namespace lab::hang {

/// The turn of a real Go runtime: a process with goroutines that launch
/// (cli/lab/peers/programs/hang.go), which prints its dumps itself. A wait is
/// the whole of `Cmd.Start`, since the lock alone is not visible from outside.
///
/// Errors: throws `std::runtime_error` with the process's error.
Run run_go(const Plan& plan, const GoRuntime& runtime, SignalNotifier& notifier);

/// Reads the process's report: a line for each launch, dump, and the end.
///
/// Errors: throws `std::runtime_error` for any other line.
void read_go_report(const std::string& text, Launches& launched, Run& run);

}  // namespace lab::hang
