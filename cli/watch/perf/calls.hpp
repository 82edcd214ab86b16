// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "watch/perf/off_cpu.hpp"

namespace watch::perf {

/// Flags and exit signal of a call, where its first argument says them; of
/// clone3(2) by the copied stack or else the memory of `pid`.
std::optional<std::uint64_t> flags_of(const Record& entered, pid_t pid);

/// Pairs the beginnings and ends of creating calls.
class Calls {
 public:
  /// `begin`: from when on all is seen.
  explicit Calls(Nanoseconds begin) : begin_(begin) {}

  /// Null if it goes on with one that a signal had interrupted.
  Call* entered(const Record& record, std::optional<std::uint64_t> flags);
  /// What `thread` makes is a thread: no business of ours.
  void made_thread(const Record& forked);
  void made_child(const Record& forked);
  bool under_way(pid_t thread) const { return open_.contains(thread); }
  /// Its child has executed or ended: a caller that slept until then was
  /// suspended on purpose.
  void child_is_off(pid_t child, Nanoseconds at);
  void was_off(const OffCpu& off);
  /// Empty for threads, for restarts and what nobody saw begin. Cut if it began
  /// before us.
  std::optional<Call> returned(const Record& record);

  /// When the first of those under way began.
  std::optional<Nanoseconds> earliest() const;
  bool copying_under_way() const;
  /// Gives all that is under way as cut.
  std::vector<Call> cut(Nanoseconds at);

 private:
  struct Open {
    Call call;
    Nanoseconds off{};
    Nanoseconds runnable{};
    bool interrupted = false;
    bool thread = false;
    std::optional<Nanoseconds> child_off;
    Nanoseconds slept_until{};
  };
  std::optional<Call> begun_before_us(const Record& record) const;
  static Call finish(Open& open, Nanoseconds at);

  Nanoseconds begin_;
  std::map<pid_t, Open> open_;
  std::set<pid_t> seen_;  // threads whose calls are seen from the beginning
};

}  // namespace watch::perf
