// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "process/process.hpp"

namespace process {

/// The files among the mappings of a process that tell its runtime.
struct Mapped {
  std::size_t count = 0;  ///< of all mappings; 0 if they may not be read
  std::string libjvm;
  std::string libpython;
};

Mapped mapped_files(pid_t pid);

/// Fills in `runtime` and `runtime_version`. By the names of programs alone where
/// the executable may not be read.
void find_runtime(Process& process, const Mapped& mapped);

}  // namespace process
