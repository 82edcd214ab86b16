// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/fork_lock.hpp>
#include <forklift/stall.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lab/hang/worker_pool.hpp"
#include "stack_names.hpp"

namespace lab::hang {

/// The place of one worker when it was asked.
struct ThreadSnapshot {
  std::size_t number = 0;  ///< of the worker, from 1
  Stage stage = Stage::running;
  Clock::duration lasting{};  ///< in that stage
  forklift::ThreadPlace place{};
};

/// The places of all workers, and the holder of the ForkLock, at one moment.
struct Dump {
  std::optional<forklift::ForkLock::Report> lock;  ///< none: the contender has no lock
  std::vector<ThreadSnapshot> present;
};

Dump take_dump(const WorkerPool& pool, const forklift::StallMeter& meter);

/// The number of workers that wait for the ForkLock.
std::size_t count_waiting(const Dump& dump);

/// All stacks for people, like Go's dump of goroutines: the longest wait first.
/// If there are more than eight workers, those with the same state and stack
/// share one; every worker has a line.
std::string print_dump(const std::string& title, const WorkerPool& pool, const Dump& dump,
                       StackNames& names);

/// A stack recorded by its thread, with names, innermost first, a line per frame.
std::vector<std::string> name_stack(StackNames& names, const std::vector<void*>& stack);

}  // namespace lab::hang
