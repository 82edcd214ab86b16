// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "watch/perf/off_cpu.hpp"

namespace watch::perf {

/// Callers between the end of their call and the moment they run again.
///
/// The kernel often gives their processor to the new child, or to threads that
/// the call had blocked, before the callers return.
class WayBack {
 public:
  void returned(Call call);
  void out(const Record& record);
  void in(const OffCpu& off);
  /// It makes its next call, or has ended.
  void over(pid_t thread);
  /// Records were lost: all are assumed to be back.
  void over();

  /// Those that are back, given all records up to then.
  std::vector<Call> take(Nanoseconds seen_until);
  /// The start of the earliest call whose caller is not back yet.
  std::optional<Nanoseconds> earliest() const;

 private:
  struct Caller {
    Call call;
    Nanoseconds runs_since{};
    bool away = false;
  };
  std::map<pid_t, Caller> callers_;
  std::vector<Call> back_;
};

}  // namespace watch::perf
