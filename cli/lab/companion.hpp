// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace lab {

/// The path of a file of the command: beside it in a build tree, in its libexec
/// directory when installed.
std::optional<std::string> find_companion(const std::string& name);

}  // namespace lab
