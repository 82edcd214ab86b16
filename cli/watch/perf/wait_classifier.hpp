// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <optional>

#include "watch/perf/wchan_sampler.hpp"

namespace watch::perf {

/// Decides which intervals without a processor were waits, and for what.
///
/// The memory lock cannot be seen from outside the kernel. But whoever goes to
/// sleep within a copying call and comes back just when it ends has waited for
/// it, unless it was found asleep elsewhere; whoever slept before merely sleeps.
class WaitClassifier {
 public:
  WaitClassifier(const WchanSampler& looks, Nanoseconds least_wait)
      : looks_(looks), least_wait_(least_wait) {}

  /// In the order of their ends, with their numbers.
  void finished(const Call& call);
  /// How long threads wait for a processor shows how late the freed come back.
  void preempted(const OffCpu& off);
  /// Empty if the interval is nobody's business. Needs all calls that had begun
  /// before its end.
  std::optional<Wait> of(const OffCpu& off);
  /// Calls that ended before that matter no more.
  void forget_before(Nanoseconds moment);

 private:
  /// What is remembered of a call.
  struct Span {
    std::uint64_t number = 0;
    pid_t thread = 0;
    Nanoseconds begin{};
    Nanoseconds end{};
    std::optional<bool> copying;
    std::vector<pid_t> blocked;  // once in a call: the lock is held once
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
