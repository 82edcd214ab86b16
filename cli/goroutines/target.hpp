// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "goroutines/layout.hpp"
#include "goroutines/line_table.hpp"
#include "goroutines/program.hpp"

namespace goroutines {

/// The constant properties of a Go process, read in advance.
struct Target {
  explicit Target(pid_t pid);

  Program program;
  LineTable lines;
  std::string version_text;
  Version version;
  std::optional<Layout> layout;
  std::vector<std::string> wait_reasons;
  std::optional<Address> fork_lock;
  std::optional<Address> forking_lock;    ///< locked before it since Go 1.21
  std::optional<Address> all_goroutines;  ///< the slice runtime.allgs
  std::vector<std::string> missing;       ///< sentences: what is not known, and why
};

}  // namespace goroutines
