// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace run {

/// `forklift run`; `words` follow it on the command line. Returns the exit
/// status.
///
/// CLI11 does not parse this command line: the start of the program's own
/// arguments must be known exactly, and later words must not be parsed.
int command(const std::vector<std::string>& words);

}  // namespace run
