// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/guarantees.hpp>

namespace forklift {

std::string_view name(ParentDeath how) noexcept {
  switch (how) {
    case ParentDeath::none: return "none";
    case ParentDeath::signal: return "signal";
    case ParentDeath::pidfd: return "pidfd";
  }
  return "unknown";
}

std::string_view name(CgroupEntry how) noexcept {
  switch (how) {
    case CgroupEntry::none: return "none";
    case CgroupEntry::clone: return "clone";
    case CgroupEntry::write: return "write";
  }
  return "unknown";
}

std::string_view name(Tree reach) noexcept {
  switch (reach) {
    case Tree::process: return "process";
    case Tree::group: return "group";
    case Tree::cgroup: return "cgroup";
  }
  return "unknown";
}

}  // namespace forklift
