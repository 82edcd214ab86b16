// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "watch/perf/off_cpu.hpp"

namespace watch::perf {

/// Flags and exit signal of a call, if its first argument contains them; for
/// clone3(2) from the copied stack or else the memory of `pid`.
std::optional<std::uint64_t> flags_of(const Record& entered, pid_t pid);

/// Pairs the starts and ends of creating calls.
class Calls {
 public:
  /// `begin`: from when on all events are seen.
  explicit Calls(Nanoseconds begin) : begin_(begin) {}

  /// Null if it continues one that a signal had interrupted.
  Call* entered(const Record& record, std::optional<std::uint64_t> flags);
  /// `thread` creates a thread: ignored.
  void made_thread(const Record& forked);
  void made_child(const Record& forked);
  bool under_way(pid_t thread) const { return open_.contains(thread); }
  /// Its child has executed or ended: a caller that slept until then was
  /// suspended by the call.
  void child_is_off(pid_t child, Nanoseconds at);
  void was_off(const OffCpu& off);
  /// Empty for threads, restarts and calls whose start was not seen. Cut if it
  /// began before us.
  std::optional<Call> returned(const Record& record);

  /// The start of the earliest call in progress.
  std::optional<Nanoseconds> earliest() const;
  bool copying_under_way() const;
  /// Returns all calls in progress as cut.
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
