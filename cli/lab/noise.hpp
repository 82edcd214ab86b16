// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "lab/warning.hpp"

namespace lab {

/// Processor time, in seconds, since the machine or this process started.
struct ProcessorTime {
  double all = 0;     ///< of all processors, idle included
  double busy = 0;    ///< of which not idle
  double stolen = 0;  ///< of which the host took for other machines
  double own = 0;     ///< of this process and the children it has reaped
};

ProcessorTime processor_time();

/// Whether other processes used the machine between two moments, by more than
/// figures tolerate.
std::optional<Warning> noise_between(const ProcessorTime& before, const ProcessorTime& after);

}  // namespace lab
