// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "check/mapping.hpp"
#include "process/process.hpp"

namespace check {

/// The mappings of a large process, their sizes estimated from some thousand
/// pieces of 2 MiB, so that they add up to the process's sums. Does not
/// identify memory kept from children.
///
/// The kernel holds the memory lock for some microseconds per piece; for smaps
/// it does so for a whole mapping.
/// None if they may not be read.
std::optional<std::vector<Mapping>> sample_mappings(const process::Process& process);

}  // namespace check
