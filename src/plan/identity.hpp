// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "types/failure.hpp"
#include "plan/launch_spec.hpp"

namespace forklift::launch {

/// The child's user and groups, by number.
struct ResolvedIdentity {
  std::optional<uid_t> user;
  std::optional<gid_t> group;
  std::optional<std::vector<gid_t>> groups;
};

/// Looks up the names of a spec in the user database (getpwnam_r(3)).
///
/// Errors: an unknown user or group, the id -1, a user without a group, or an
/// unreadable database.
std::expected<ResolvedIdentity, Failure> resolve_identity(const LaunchSpec& spec);

}  // namespace forklift::launch
