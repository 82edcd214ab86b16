// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "kernel/numbers.hpp"
#include "kernel/raw.hpp"

namespace forklift::kernel {

/// The version of Landlock's interface, or `-errno` (landlock_create_ruleset(2),
/// Linux 5.13).
inline long landlock_version() noexcept {
  constexpr int asks_for_version = 1;  // LANDLOCK_CREATE_RULESET_VERSION
  return raw::call(nr_landlock_create_ruleset, nullptr, 0, asks_for_version);
}

}  // namespace forklift::kernel
