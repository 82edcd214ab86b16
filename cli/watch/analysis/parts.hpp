// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "watch/analysis/analysis.hpp"

/// The parts of `analyze`.
namespace watch {

using Calls = std::vector<const Call*>;
using Waits = std::vector<const Wait*>;

Blocked blocked(const Waits& waits, Nanoseconds Wait::*time);
std::vector<BlockedAt> by_place(const Waits& waits);

/// Calls grouped by a key; the most time first.
std::vector<Group> group(const Calls& calls, const Waits& victims,
                         const std::function<std::pair<std::string, Stack>(const Call&)>& key);
/// All of them in one group.
Group together(const Calls& calls, const Waits& victims);

Victims count_victims(const Waits& victims);
void count_freezes(const Recording& recording, const CallIndex& index, Analysis& analysis);
std::optional<Aftermath> aftermath(const Recording& recording);
std::vector<Children> children(const Recording& recording, const CallIndex& index);
std::optional<ForkLockFigures> fork_lock(const Recording& recording);

}  // namespace watch
