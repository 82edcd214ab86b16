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

/// Whether it is the program of the process that resolves it.
bool is_own_program(std::string_view path);

/// The targets of the caller's links in the /proc mounted here; empty without
/// one.
struct ProcLinks {
  std::string self;         ///< "4711"
  std::string thread_self;  ///< "4711/task/4712"
  bool operator==(const ProcLinks&) const = default;
};

/// Whether a path of the spec means something else to the child than to the
/// caller, unless `callers_path` changes it.
bool names_callers_things(const LaunchSpec& spec);

/// A path that means to the child what `path` means to the calling thread: in
/// /proc/self, /proc/thread-self, /dev/fd and the like the caller's number is
/// inserted; the kernel then lets the child use them if it may ptrace(2) the
/// caller. Any other path is unchanged, also one behind a symbolic link, or
/// without /proc.
std::string callers_path(const std::string& path, const std::optional<ProcLinks>& links);

}  // namespace forklift::launch
