// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/child.hpp>
#include <optional>
#include <span>

namespace forklift {

/// Sends a signal to a child's tree, and SIGCONT, without which a stopped process
/// hears no signal but SIGKILL. A signal that stops is left alone.
/// Returns what `Child::kill_tree` says of the signal.
std::optional<Tree> ask_tree(Child& child, int signal) noexcept;

/// Kills the trees of some children and waits until all have ended.
void end_trees(std::span<Child> children) noexcept;

}  // namespace forklift
