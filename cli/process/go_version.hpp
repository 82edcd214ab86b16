// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace process {

/// What Go toolchain linked the program in this file: "go1.19.8", or empty if it
/// does not say. None if it is no Go program, or cannot be read.
std::optional<std::string> go_version(const std::string& file);

}  // namespace process
