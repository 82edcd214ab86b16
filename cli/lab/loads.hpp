// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "lab/lab.hpp"
#include "lab/machine.hpp"
#include "lab/measure.hpp"
#include "lab/warning.hpp"

namespace lab {

/// The loads of a sweep: all combinations of those requested, or our own.
///
/// At most half of the available memory and the permitted descriptors: warns if
/// that is less than requested.
/// Errors: throws `Refusal` for more than the machine has.
std::vector<Load> loads_of(const LabRequest& request, const Machine& machine, Warnings& warnings);

}  // namespace lab
