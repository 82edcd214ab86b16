// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "check/mapping.hpp"
#include "process/process.hpp"

namespace check {

/// The mappings of a large process, their sizes estimated from some thousand
/// pieces of 2 MiB, so that they add up to what the process has. Memory kept from children is not
/// told from other.
///
/// The kernel holds the memory lock for some microseconds a piece, where it does
/// for a whole mapping when it makes smaps.
/// None if they may not be read.
std::optional<std::vector<Mapping>> sample_mappings(const process::Process& process);

}  // namespace check
