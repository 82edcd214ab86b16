// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/stack.hpp"

#include <execinfo.h>

#include <algorithm>
#include <array>
#include <new>

namespace forklift::kernel {

[[gnu::noinline]] std::vector<void*> stack_here() noexcept {
  std::array<void*, 64> frames;
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  try {
    return std::vector<void*>(frames.begin() + std::min(count, 1), frames.begin() + count);
  } catch (const std::bad_alloc&) {
    return {};
  }
}

}  // namespace forklift::kernel
