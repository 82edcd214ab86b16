// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace lab {

/// What the figures were measured on.
struct Machine {
  std::string kernel;
  std::string processor;
  unsigned cores = 0;
  std::size_t memory = 0;     ///< bytes
  std::size_t available = 0;  ///< bytes this process could take, its cgroup's limit considered
  std::string libc;
  std::string engine;  ///< of Forklift
  std::string build;
};

Machine this_machine();

/// As it stands in every record.
nlohmann::json as_json(const Machine& machine);

}  // namespace lab
