// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>

namespace lab {

/// Another thread of the process, which does nothing but write to the ballast
/// and look at the clock. Its longest pause is what a launch does to everybody
/// else: a fork stops it at its next page fault.
class LatencyProbe {
 public:
  LatencyProbe(std::byte* memory, std::size_t size);
  LatencyProbe(const LatencyProbe&) = delete;
  ~LatencyProbe();

  /// Starts to watch anew.
  void reset();
  /// The longest pause since then, in microseconds, the one under way included.
  double longest_pause() const;

 private:
  void run(std::byte* memory, std::size_t size);

  std::atomic<bool> ended_{false};
  std::atomic<unsigned> epoch_{0};
  std::atomic<unsigned> seen_epoch_{0};
  std::atomic<double> longest_{0};
  std::atomic<double> last_{0};
  std::byte spare_[4096]{};
  std::thread thread_;
};

}  // namespace lab
