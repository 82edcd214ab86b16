// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace forklift::kernel {

/// The calling thread's stack from its caller on, innermost first; empty
/// without memory for it.
///
/// Cost: some 10 µs; the first call in a process loads the unwinder.
std::vector<void*> stack_here() noexcept;

}  // namespace forklift::kernel
