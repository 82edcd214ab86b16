// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "recording/event.hpp"

namespace watch {

/// How long many events of one kind took.
struct Spread {
  std::size_t count = 0;
  Nanoseconds p50{};
  Nanoseconds p99{};
  Nanoseconds max{};
  Nanoseconds total{};

  bool operator==(const Spread&) const = default;
};

Spread spread(std::vector<Nanoseconds> times);

/// The sum, or the longest time there is.
Nanoseconds sum(const std::vector<Nanoseconds>& times);

/// Events that took from half of `below` to less than it.
struct Bin {
  Nanoseconds below{};
  std::size_t count = 0;

  bool operator==(const Bin&) const = default;
};

/// By powers of two of a microsecond, from the first bin with events to the last.
std::vector<Bin> histogram(const std::vector<Nanoseconds>& times);

}  // namespace watch
