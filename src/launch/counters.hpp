// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <forklift/engine.hpp>
#include <forklift/step.hpp>

namespace forklift::launch {

/// The launches of this process so far; read by `counters()`.
///
/// Threads: any. Each number is exact; several read in sequence may differ in
/// time.
struct LaunchCounters {
  using Count = std::atomic<std::uint64_t>;

  std::array<Count, 3> by_engine{};
  std::array<Count, step_count> failures{};
  Count retries{};
  Count abandoned{};

  void add(Count& count, std::uint64_t more = 1) noexcept {
    count.fetch_add(more, std::memory_order_relaxed);
  }
  void launched(Engine engine) noexcept { add(by_engine[static_cast<std::size_t>(engine)]); }
  void failed(Step step) noexcept { add(failures[static_cast<std::size_t>(step)]); }
};

inline LaunchCounters& launch_counters() noexcept {
  static LaunchCounters the_only_one;
  return the_only_one;
}

}  // namespace forklift::launch
