// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "process/process.hpp"

namespace process {

/// The mapped files of a process that identify its runtime.
struct Mapped {
  std::size_t count = 0;  ///< of all mappings; 0 if they may not be read
  std::string libjvm;
  std::string libpython;
};

Mapped mapped_files(pid_t pid);

/// Sets `runtime` and `runtime_version`; only by the names of programs if the
/// executable may not be read.
void find_runtime(Process& process, const Mapped& mapped);

}  // namespace process
