// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/mapping.hpp"
#include "process/process.hpp"
#include "recording/recording.hpp"

namespace check {

/// A mapping and its part in the cost of a fork.
struct Cause {
  Mapping mapping;
  std::uint64_t tables = 0;  ///< bytes
  double share = 0;          ///< of all copied tables, up to 1
};

/// The basis of a prediction.
enum class Basis {
  sizes,     ///< sums alone, readable by any user: a bound
  samples,   ///< pieces of its mappings
  mappings,  ///< all of its mappings
};

std::string name(Basis basis);

/// The effects of one fork of a process.
struct Prediction {
  Basis basis = Basis::sizes;
  watch::Nanoseconds stall{};
  std::uint64_t tables = 0;   ///< bytes of page tables that are copied
  std::uint64_t faults = 0;   ///< at most: pages that fault once more when written to
  std::vector<Cause> causes;  ///< the most costly first
};

/// Whether unknown things such as huge pages may make it less.
bool is_bound(const Prediction& prediction);

/// Without mappings, from the sizes that any user may read.
Prediction predict(const process::Process& process,
                   const std::optional<std::vector<Mapping>>& mappings,
                   const watch::Calibration& calibration);

/// "good", "noticeable", "bad", "very bad".
std::string rating(watch::Nanoseconds stall);

/// Whether it warrants advice.
bool is_good(watch::Nanoseconds stall);

}  // namespace check
