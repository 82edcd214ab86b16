// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check/mapping.hpp"
#include "process/process.hpp"
#include "recording/recording.hpp"

namespace check {

/// A mapping and what it adds to a fork.
struct Cause {
  Mapping mapping;
  std::uint64_t tables = 0;  ///< bytes
  double share = 0;          ///< of all that is copied, up to 1
};

/// What a prediction stands on.
enum class Basis {
  sizes,     ///< sums alone, which everybody may read: a bound
  samples,   ///< pieces of its mappings
  mappings,  ///< all of its mappings
};

std::string name(Basis basis);

/// What one fork of a process would do to it.
struct Prediction {
  Basis basis = Basis::sizes;
  watch::Nanoseconds stall{};
  std::uint64_t tables = 0;   ///< bytes of page tables that are copied
  std::uint64_t faults = 0;   ///< at most: pages that fault once more when written to
  std::vector<Cause> causes;  ///< the most costly first
};

/// Whether huge pages and other things not known may make it less.
bool is_bound(const Prediction& prediction);

/// Without mappings by the sizes that everybody may read.
Prediction predict(const process::Process& process,
                   const std::optional<std::vector<Mapping>>& mappings,
                   const watch::Calibration& calibration);

/// "good", "noticeable", "bad", "very bad".
std::string rating(watch::Nanoseconds stall);

/// Whether it is worth an advice.
bool is_good(watch::Nanoseconds stall);

}  // namespace check
