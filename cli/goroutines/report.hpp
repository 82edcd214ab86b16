// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <string>

#include "goroutines/snapshot.hpp"

namespace goroutines {

/// The process of the goroutines.
struct Subject {
  pid_t pid = 0;
  std::string name;
  std::string version;  ///< "go1.19.8"
};

/// For people: like Go's own dump, with equal goroutines merged.
std::string print_text(const Subject& subject, const Snapshot& snapshot);

/// For programs: one object of the schema "forklift-goroutines", on one line.
std::string print_json(const Subject& subject, const Snapshot& snapshot);

}  // namespace goroutines
