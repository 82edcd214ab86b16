// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "lab/contender.hpp"

/// The only export of a module: creates its contender, owned by the caller. All
/// other symbols stay hidden, so that no two libraries clash.
///
/// Threads: the first call comes from the main thread.
extern "C" [[gnu::visibility("default")]] lab::Contender* forklift_contender(const char* program);

namespace lab {

inline constexpr const char* entry_name = "forklift_contender";

}  // namespace lab
