// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace run {

/// `forklift run`; `words` is what follows it on the command line. Gives the
/// exit status.
///
/// The command line is not read by CLI11: where the program's own arguments
/// begin has to be known exactly, and nothing behind that may be looked at.
int command(const std::vector<std::string>& words);

}  // namespace run
