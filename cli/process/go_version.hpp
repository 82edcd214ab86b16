// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace process {

/// The version of the Go toolchain that linked this program: "go1.19.8", or
/// empty if not recorded. None if it is not Go, or unreadable.
std::optional<std::string> go_version(const std::string& file);

}  // namespace process
