// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <forklift/engine.hpp>
#include <forklift/export.hpp>
#include <forklift/step.hpp>

namespace forklift {

/// The launches of this process through the library since it started.
struct Counters {
  std::array<std::uint64_t, 3> by_engine{};          ///< launches, by `Engine`
  std::array<std::uint64_t, step_count> failures{};  ///< failed launches, by `Step`
  std::uint64_t retries = 0;    ///< execs tried again because the file was busy (ETXTBSY)
  std::uint64_t abandoned = 0;  ///< children that did not die at their launch's deadline

  std::uint64_t launches() const noexcept {
    std::uint64_t sum = 0;
    for (const auto count : by_engine) sum += count;
    return sum;
  }
  std::uint64_t launches(Engine engine) const noexcept {
    return by_engine[static_cast<std::size_t>(engine)];
  }
  std::uint64_t failed(Step step) const noexcept {
    return failures[static_cast<std::size_t>(step)];
  }
};

/// Reads the counters.
///
/// Threads: any. Each number is exact, but they are not read at one instant.
FORKLIFT_EXPORT Counters counters() noexcept;

}  // namespace forklift
