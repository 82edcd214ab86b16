// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/companion.hpp"

#include <sys/auxv.h>

#include <filesystem>

namespace lab {

namespace fs = std::filesystem;

std::optional<std::string> find_companion(const std::string& name) {
  std::error_code error;
  auto command = fs::read_symlink("/proc/self/exe", error);
  // Where /proc is not mounted: the path that executed us.
  if (error) command = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  const auto here = command.parent_path();
  for (const auto& place : {here, here / ".." / FORKLIFT_LIBEXEC}) {
    const auto file = place / name;
    if (fs::exists(file, error)) return file.lexically_normal().string();
  }
  return std::nullopt;
}

}  // namespace lab
