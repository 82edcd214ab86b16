// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "watch/perf/tracepoints.hpp"
#include "watch/stack_copy.hpp"

namespace watch::perf {

/// The meaning of an event's samples, by the event's number.
struct Hook {
  enum class Kind { enter, exit, clock };
  Kind kind = Kind::clock;
  Function function = Function::clone;
  bool with_stack = false;
};

/// One event, as recorded by the kernel.
struct Record {
  enum class Kind {
    switched_out,
    switched_in,
    forked,    ///< `thread` created `child`
    exited,    ///< `thread`
    executed,  ///< `thread` runs another program
    entered,   ///< `function`, with `value` as first argument
    returned,  ///< from `function`, with `value`
    running,   ///< `thread` ran its own code, not the kernel's
    lost,      ///< `value` records
  };
  Kind kind = Kind::lost;
  Nanoseconds at{};
  pid_t process = 0;
  pid_t thread = 0;
  bool preempted = false;  ///< switched out, but runnable
  pid_t child = 0;
  pid_t child_process = 0;  ///< the same as `process` where `child` is a thread
  Function function = Function::clone;
  std::uint64_t value = 0;
  Registers registers;
  std::vector<std::byte> stack;  ///< from the stack pointer upward
};

/// The registers of `Registers`, as constants of perf_event_open(2).
std::uint64_t register_mask();

std::uint64_t stack_pointer(const Registers& registers);

/// Empty for irrelevant records.
std::optional<Record> parse(std::span<const std::byte> bytes,
                            const std::function<const Hook*(std::uint64_t)>& hook_of);

}  // namespace watch::perf
