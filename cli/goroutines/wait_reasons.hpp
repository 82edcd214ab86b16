// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "goroutines/program.hpp"

namespace goroutines {

/// The texts of runtime.waitReasonStrings, by number, read from the process,
/// since they change between versions. In a stripped program, found by its
/// content. Empty if missing, as before Go 1.11.
std::vector<std::string> read_wait_reasons(const Program& program);

}  // namespace goroutines
