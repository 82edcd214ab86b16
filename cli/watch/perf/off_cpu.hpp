// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "watch/perf/record.hpp"

namespace watch::perf {

/// A time in which a thread had no processor.
struct OffCpu {
  pid_t thread = 0;
  Nanoseconds begin{};
  Nanoseconds end{};
  bool preempted = false;  ///< it was runnable

  Nanoseconds length() const { return end - begin; }
};

/// Their overlap; 0 if none.
Nanoseconds overlap(const OffCpu& off, Nanoseconds begin, Nanoseconds end);

/// Converts the switches of all threads into intervals.
class Switches {
 public:
  void out(const Record& record);
  /// Empty if its beginning was not seen.
  std::optional<OffCpu> in(const Record& record);

  /// Threads without a processor now, each until `now`.
  std::vector<OffCpu> under_way(Nanoseconds now) const;
  std::optional<OffCpu> under_way(pid_t thread, Nanoseconds now) const;
  /// When it last returned from a voluntary wait; 0 if not known.
  Nanoseconds last_wake(pid_t thread) const;

  void ended(pid_t thread);
  /// Records were lost: threads that are away may have run meanwhile.
  void forget() { out_.clear(); }

 private:
  std::map<pid_t, OffCpu> out_;
  std::map<pid_t, Nanoseconds> woke_;
};

}  // namespace watch::perf
