// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/export.hpp>
#include <string_view>

namespace forklift {

/// How a child is killed when its parent ends.
enum class ParentDeath {
  none,    ///< not at all
  signal,  ///< PR_SET_PDEATHSIG: unless the program gains privileges, or clears it
  pidfd,   ///< CLONE_PIDFD_AUTOKILL: always (Linux 7.1)
};

/// How a child entered its cgroup.
enum class CgroupEntry {
  none,   ///< none was asked for
  clone,  ///< created in it: CLONE_INTO_CGROUP (Linux 5.7)
  write,  ///< joined it as one of its first steps: cgroup.procs
};

/// The processes that a signal to the tree of a child reaches.
enum class Tree {
  process,  ///< the child alone
  group,    ///< its process group: a process that leaves it escapes
  cgroup,   ///< its own cgroup: no process escapes
};

/// The guarantees of a launch that depend on the kernel.
struct Guarantees {
  ParentDeath parent_death = ParentDeath::none;
  CgroupEntry cgroup = CgroupEntry::none;
  Tree tree = Tree::process;
};

FORKLIFT_EXPORT std::string_view name(ParentDeath) noexcept;
FORKLIFT_EXPORT std::string_view name(CgroupEntry) noexcept;
FORKLIFT_EXPORT std::string_view name(Tree) noexcept;

}  // namespace forklift
