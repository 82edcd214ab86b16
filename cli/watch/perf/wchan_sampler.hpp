// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "watch/perf/off_cpu.hpp"
#include "watch/proc/kept_file.hpp"
#include "watch/proc/wait_channel.hpp"

namespace watch::perf {

/// Where threads were found asleep. Switch records do not contain the reason,
/// so it is sampled now and then.
class WchanSampler {
 public:
  explicit WchanSampler(pid_t pid) : pid_(pid) {}

  void look_at(pid_t thread);
  void note(pid_t thread, Nanoseconds begin, Nanoseconds end, WaitChannel place);
  void ended(pid_t thread);

  /// The reason within one interval; empty without a sample in it.
  std::optional<WaitChannel> within(const OffCpu& off) const;
  /// The most frequent reason except the memory lock; empty if not known.
  std::optional<WaitChannel> habit(pid_t thread) const;

 private:
  struct Look {
    Nanoseconds begin{};
    Nanoseconds end{};
    WaitChannel place = WaitChannel::unknown;
  };
  struct Thread {
    KeptFile wchan;
    std::deque<Look> last;
    unsigned in_futex = 0;
    unsigned elsewhere = 0;
  };

  pid_t pid_;
  std::map<pid_t, Thread> threads_;
};

}  // namespace watch::perf
