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

/// The ids of a new user namespace, written while the child waits.
struct IdMaps {
  std::vector<IdRange> users = {};
  std::vector<IdRange> groups = {};
  /// Whether the child may change its supplementary groups. A caller without
  /// CAP_SETGID may map its own group only if not (Linux 3.19).
  bool setgroups = false;

  /// Root inside is the caller outside: what unshare(1) calls --map-root-user.
  FORKLIFT_EXPORT static IdMaps root_is_caller();
};

}  // namespace forklift
