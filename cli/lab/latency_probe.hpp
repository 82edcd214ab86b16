// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>

namespace lab {

/// Another thread of the process, which only writes to the ballast and reads
/// the clock. Its longest pause is the effect of a launch on other threads: a
/// fork stops it at its next page fault.
class LatencyProbe {
 public:
  LatencyProbe(std::byte* memory, std::size_t size);
  LatencyProbe(const LatencyProbe&) = delete;
  ~LatencyProbe();

  /// Starts a new observation.
  void reset();
  /// The longest pause since `reset`, in microseconds, including this one.
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
