// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "watch/perf/off_cpu.hpp"

namespace watch::perf {

/// Callers between the end of their call and the moment at which they run again.
///
/// The kernel likes to give their processor to the new child, or to those whom
/// the call had blocked, before it lets them return.
class WayBack {
 public:
  void returned(Call call);
  void out(const Record& record);
  void in(const OffCpu& off);
  /// It makes its next call, or has ended.
  void over(pid_t thread);
  /// Records were lost: nobody knows who is back.
  void over();

  /// Those that are back, when all records up to then were taken.
  std::vector<Call> take(Nanoseconds seen_until);
  /// When the first that is not back yet began its call.
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
