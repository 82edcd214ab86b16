// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plan/launch_spec.hpp"

namespace forklift::launch {

/// Whether a path leads to a descriptor of the process that resolves it:
/// /dev/stdin, /dev/fd/N, /proc/self/fd/N.
bool names_descriptor(std::string_view path);

/// Whether it is the program that the process which resolves it runs.
bool is_own_program(std::string_view path);

/// Where the caller's links in /proc lead, as the /proc that is mounted here has
/// it; empty without one.
struct ProcLinks {
  std::string self;         ///< "4711"
  std::string thread_self;  ///< "4711/task/4712"
  bool operator==(const ProcLinks&) const = default;
};

/// Whether a path of the order means something else to the child than to the
/// caller, unless `callers_path` changes it.
bool names_callers_things(const LaunchSpec& spec);

/// A path that means to the child what `path` means to the calling thread:
/// /proc/self, /proc/thread-self, /dev/fd and their like are spelled out with
/// the caller's number, whose things the kernel then gives the child if it may
/// look into the caller (ptrace(2)). Any other path stays as it is, and so does
/// one behind a symbolic link, or without /proc.
std::string callers_path(const std::string& path, const std::optional<ProcLinks>& links);

}  // namespace forklift::launch
