// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace watch {

/// "CLONE_VM|CLONE_VFORK|SIGCHLD": the flags of clone(2), and the signal at the
/// child's end, by name; unnamed bits are hexadecimal.
std::string flag_names(std::uint64_t flags);

}  // namespace watch
