// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "recording/recording.hpp"

namespace check {

/// What a fork costs on this machine at this moment, in processor time, by some
/// throw-away forks of a process of our own at two sizes.
///
/// Errors: throws `std::runtime_error`. Whatever happens, no process is left.
/// Cost: a tenth of a second and at most 128 MiB, less where memory is scarce.
watch::Calibration calibrate();

}  // namespace check
