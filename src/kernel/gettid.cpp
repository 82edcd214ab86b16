// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/gettid.hpp"

#include <unistd.h>

#include "kernel/fork_generation.hpp"

namespace forklift::kernel {

pid_t this_thread() noexcept {
  struct Known {
    std::uint64_t mark = 0;
    pid_t thread = 0;
  };
  static thread_local Known known;
  if (const std::uint64_t mark = kernel::fork_generation(); known.mark != mark) {
    known = {mark, ::gettid()};
  }
  return known.thread;
}

}  // namespace forklift::kernel
