// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace watch::perf {

/// System calls that are watched by tracepoints.
enum class Function { clone, clone3, fork, vfork, execve };

std::string name(Function function);

struct TracepointIds {
  std::uint64_t enter = 0;
  std::uint64_t exit = 0;  ///< not used for execve
};
using Tracepoints = std::map<Function, TracepointIds>;

/// The kernel's numbers of the tracepoints, from tracefs or from a file that
/// root has written for other users: lines of "sys_enter_clone 196". Empty if
/// neither is readable.
Tracepoints find_tracepoints();

/// The command that makes `find_tracepoints` find some.
std::string tracepoints_remedy();

}  // namespace watch::perf
