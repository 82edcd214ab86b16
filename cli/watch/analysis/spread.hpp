// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "recording/event.hpp"

namespace watch {

/// The durations of many events of one kind.
struct Spread {
  std::size_t count = 0;
  Nanoseconds p50{};
  Nanoseconds p99{};
  Nanoseconds max{};
  Nanoseconds total{};

  bool operator==(const Spread&) const = default;
};

Spread spread(std::vector<Nanoseconds> times);

/// The sum, or the maximum of the type.
Nanoseconds sum(const std::vector<Nanoseconds>& times);

/// Events that took from half of `below` to less than it.
struct Bin {
  Nanoseconds below{};
  std::size_t count = 0;

  bool operator==(const Bin&) const = default;
};

/// By powers of two of a microsecond, from the first non-empty bin to the last.
std::vector<Bin> histogram(const std::vector<Nanoseconds>& times);

}  // namespace watch
