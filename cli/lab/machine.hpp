// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
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

/// Raises the soft limit of open files to the hard one and returns it.
std::size_t raise_descriptor_limit();

/// The limit before it was raised, if it was.
std::optional<rlimit> first_descriptor_limit();

}  // namespace lab
