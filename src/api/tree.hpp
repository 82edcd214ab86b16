// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/child.hpp>
#include <span>

namespace forklift {

/// Kills the trees of some children and waits until all have ended.
void end_trees(std::span<Child> children) noexcept;

}  // namespace forklift
