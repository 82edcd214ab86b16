// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "recording/recording.hpp"

namespace check {

/// The current cost of a fork on this machine, in processor time, from some
/// throw-away forks of our own process at two sizes.
///
/// Errors: throws `std::runtime_error`. No process is left in any case.
/// Cost: a tenth of a second and at most 128 MiB, less where memory is scarce.
watch::Calibration calibrate();

}  // namespace check
