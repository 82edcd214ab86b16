// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "process/process.hpp"
#include "recording/event.hpp"

/// What can be done about a stall, which depends on what the program runs on.
namespace watch {

enum class Problem {
  copying,        ///< page tables are copied
  copy_on_write,  ///< pages are copied one by one afterwards
  teardown,       ///< the copy is taken down again in exec
  slow_child,     ///< a suspended caller waits for its child
  fork_lock,      ///< launches wait for each other
  descriptors,    ///< thousands of descriptors are copied
  no_processor,   ///< the call waits for one
  lock_convoy,    ///< the call waits for the memory lock
  swap,
  restarts,  ///< signals make the call begin anew
};

/// What is known beyond the process; all of it can be left out.
struct Circumstances {
  Stack stack;                        ///< of the call
  std::uint64_t largest_mapping = 0;  ///< bytes, private and writable
};

/// How a program of its runtime gets around copying page tables, the best first.
std::vector<std::string> advice_by_runtime(const process::Process& process,
                                           const Circumstances& circumstances = {});

/// Lines to act by, the best first.
std::vector<std::string> advice(const process::Process& process, Problem ill,
                                const Circumstances& circumstances = {});

}  // namespace watch
