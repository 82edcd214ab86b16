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

/// Where threads were found asleep. The switches do not tell what for; now and
/// then somebody looks.
class WchanSampler {
 public:
  explicit WchanSampler(pid_t pid) : pid_(pid) {}

  void look_at(pid_t thread);
  void note(pid_t thread, Nanoseconds begin, Nanoseconds end, WaitChannel place);
  void ended(pid_t thread);

  /// What it waited for in one interval; empty if nobody looked meanwhile.
  std::optional<WaitChannel> within(const OffCpu& off) const;
  /// What it waits for mostly, the memory lock left out; empty if not known.
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
