// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "lab/lab.hpp"
#include "lab/machine.hpp"
#include "lab/measure.hpp"
#include "lab/warning.hpp"

namespace lab {

/// The loads of a sweep: those that were asked for, all combined, or our own.
///
/// No more than half of the memory there is, nor more descriptors than allowed:
/// warns where that is less than wanted.
/// Errors: throws `Refusal` for more than the machine has.
std::vector<Load> loads_of(const LabRequest& request, const Machine& machine, Warnings& warnings);

}  // namespace lab
