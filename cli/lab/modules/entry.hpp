// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "lab/contender.hpp"

/// All that a module exports: makes its contender, which the caller owns. The
/// rest of it stays hidden, so that no two libraries meet.
///
/// Threads: the first call comes from the main thread.
extern "C" [[gnu::visibility("default")]] lab::Contender* forklift_contender(const char* program);

namespace lab {

inline constexpr const char* entry_name = "forklift_contender";

}  // namespace lab
