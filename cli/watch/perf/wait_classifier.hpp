// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "watch/perf/wchan_sampler.hpp"

namespace watch::perf {

/// Decides which intervals without a processor were waits, and for what.
///
/// The memory lock is invisible outside the kernel. But a thread that falls
/// asleep within a copying call and returns as it ends has waited for it, unless
/// it was found asleep elsewhere; one that slept before merely sleeps.
class WaitClassifier {
 public:
  WaitClassifier(const WchanSampler& looks, Nanoseconds least_wait)
      : looks_(looks), least_wait_(least_wait) {}

  /// In the order of their ends, with their numbers.
  void finished(const Call& call);
  /// Waits for a processor show how late freed threads return.
  void preempted(const OffCpu& off);
  /// Empty if the interval is irrelevant. Requires all calls that had begun
  /// before its end.
  std::optional<Wait> of(const OffCpu& off);
  /// Calls that ended before that are no longer needed.
  void forget_before(Nanoseconds moment);

 private:
  /// The recorded part of a call.
  struct Span {
    std::uint64_t number = 0;
    pid_t thread = 0;
    Nanoseconds begin{};
    Nanoseconds end{};
    std::optional<bool> copying;
    std::vector<pid_t> blocked;  // at most once per call: the lock is held once
  };
  Span* most_overlapped(const OffCpu& off, bool copying_only);
  bool near(Nanoseconds moment, const Span& span) const;
  bool ends_with_copy(const OffCpu& off) const;
  bool waited_for_lock(const OffCpu& off);
  std::optional<Wait::Reason> other_reason(const OffCpu& off, const Span& span) const;

  const WchanSampler& looks_;
  Nanoseconds least_wait_;
  std::deque<Span> spans_;
  OffCpu longest_preempted_;  // of late
};

}  // namespace watch::perf
