// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>

#include "goroutines/snapshot.hpp"

namespace goroutines {

/// Whose goroutines they are.
struct Subject {
  pid_t pid = 0;
  std::string name;
  std::string version;  ///< "go1.19.8"
};

/// For people: as Go's own dump, with equal goroutines put together.
std::string print_text(const Subject& subject, const Snapshot& snapshot);

/// For programs: one object of the schema "forklift-goroutines", on one line.
std::string print_json(const Subject& subject, const Snapshot& snapshot);

}  // namespace goroutines
