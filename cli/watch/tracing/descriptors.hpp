// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace watch::tracing {

/// What /proc shows of the target that the hooks do not.
///
/// Cost: one system call since Linux 6.2; before, descriptors are counted one
/// by one, at most ten times a second.
class Descriptors {
 public:
  explicit Descriptors(pid_t target) : target_(target) {}
  /// 0 if counting is not permitted.
  std::size_t count();
  std::uint64_t faults() const;

 private:
  pid_t target_;
  std::size_t counted_ = 0;
  std::chrono::steady_clock::time_point counted_at_{};
};

}  // namespace watch::tracing
