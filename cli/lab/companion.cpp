// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/companion.hpp"

#include <filesystem>

namespace lab {

std::optional<std::string> find_companion(const std::string& name) {
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  for (const auto& place : {here, here / ".." / FORKLIFT_LIBEXEC}) {
    const auto file = place / name;
    if (std::filesystem::exists(file)) return file.lexically_normal().string();
  }
  return std::nullopt;
}

}  // namespace lab
