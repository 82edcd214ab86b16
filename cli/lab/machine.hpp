// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lab {

/// The machine of the measurements.
struct Machine {
  std::string kernel;
  std::string processor;
  unsigned cores = 0;
  std::size_t memory = 0;     ///< bytes
  std::size_t available = 0;  ///< bytes available to this process, including its cgroup's limit
  std::string libc;
  std::string engine;  ///< of Forklift
  std::string build;
};

Machine this_machine();

/// The same in every record.
nlohmann::json as_json(const Machine& machine);

}  // namespace lab
