// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace lab {

/// A file that belongs to the command: it lies beside the command in a build
/// tree, and in its libexec directory when installed.
std::optional<std::filesystem::path> find_part(const std::string& name);

}  // namespace lab
