// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "process/process.hpp"
#include "recording/event.hpp"

/// Advice against a stall, depending on the program's runtime.
namespace watch {

enum class Problem {
  copying,        ///< page tables are copied
  copy_on_write,  ///< pages are copied one by one afterwards
  teardown,       ///< the copy is destroyed in exec
  slow_child,     ///< a suspended caller waits for its child
  fork_lock,      ///< launches wait for each other
  descriptors,    ///< thousands of descriptors are copied
  no_processor,   ///< the call waits for one
  lock_convoy,    ///< the call waits for the memory lock
  swap,
  restarts,  ///< signals make the call begin anew
};

/// Optional facts beyond the process.
struct Circumstances {
  Stack stack;                        ///< of the call
  std::uint64_t largest_mapping = 0;  ///< bytes, private and writable
};

/// Ways to avoid copying page tables, by runtime, the best first.
std::vector<std::string> advice_by_runtime(const process::Process& process,
                                           const Circumstances& circumstances = {});

/// Instructions, the best first.
std::vector<std::string> advice(const process::Process& process, Problem ill,
                                const Circumstances& circumstances = {});

}  // namespace watch
