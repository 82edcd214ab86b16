// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <forklift/export.hpp>
#include <initializer_list>
#include <vector>

namespace forklift {

/// A kind of namespaces(7).
enum class Namespace { user, mount, pid, net, uts, ipc, cgroup, time };
inline constexpr int namespace_count = 8;

/// A range of ids (user_namespaces(7)): `inside + i` in the child's namespace
/// is `outside + i` in the caller's.
struct IdRange {
  std::uint32_t inside = 0;
  std::uint32_t outside = 0;
  std::uint32_t count = 1;
};

/// The ids of a new user namespace, which the parent writes while the child waits.
struct IdMaps {
  std::vector<IdRange> users = {};
  std::vector<IdRange> groups = {};
  /// Whether the child may change its supplementary groups. Without CAP_SETGID the
  /// caller may map its own group only if this is false (Linux 3.19).
  bool setgroups = false;

  /// Maps root inside to the caller outside, as unshare(1) --map-root-user does.
  FORKLIFT_EXPORT static IdMaps root_is_caller();
};

}  // namespace forklift
