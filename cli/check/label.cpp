// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/label.hpp"

#include <fmt/core.h>

namespace check {

std::string label(const Mapping& mapping) {
  if (mapping.name.empty()) return fmt::format("anonymous memory at {:x}", mapping.begin);
  if (mapping.name.starts_with('[')) return mapping.name;
  return mapping.name.substr(mapping.name.rfind('/') + 1);
}

std::string runtime_text(const process::Process& process) {
  if (process.executable.empty() && process.runtime == process::Runtime::native) return "?";
  const std::string& version = process.runtime_version;
  const std::string name = process::name(process.runtime);
  if (version.empty()) return name;
  return version.starts_with(name) ? version : name + " " + version;
}

}  // namespace check
