// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <linux/perf_event.h>

#include <cstdint>
#include <forklift/fd.hpp>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "watch/perf/record.hpp"
#include "watch/perf/ring.hpp"

namespace watch::perf {

/// The events attached to one process: to each of its threads on each
/// processor, and to all threads that these create.
///
/// Threads: one at a time.
class Events {
 public:
  struct Plan {
    pid_t pid = 0;
    Tracepoints tracepoints;
    bool stacks = true;
  };
  /// Errors: throws `Unavailable`; nothing stays attached.
  explicit Events(Plan plan);

  /// Hooks the creating calls of one thread of `unhooked`, if there is room.
  void hook_calls(pid_t thread);
  /// Threads whose creating calls are unhooked for lack of descriptors.
  const std::set<pid_t>& unhooked() const { return unhooked_; }
  const std::set<pid_t>& attached() const { return attached_; }
  std::size_t opened() const { return events_.size(); }

  /// Waits until the kernel has data to read, but not longer.
  void wait(std::chrono::milliseconds patience);
  /// All records written so far, sorted for each processor.
  void drain(std::vector<Record>& into);

 private:
  void attach(pid_t thread);
  void attach_all();
  bool hook(pid_t thread);
  bool room_for_hooks() const;
  /// False if the thread has ended; throws if it may not be watched.
  bool add(perf_event_attr attributes, pid_t thread, const Hook* hook = nullptr);
  bool add(const perf_event_attr& attributes, pid_t thread, int processor, const Hook* hook);
  void send_to_ring(int event, int processor);

  Plan plan_;
  int processors_;
  std::size_t most_events_;
  bool inherit_thread_ = true;
  std::vector<forklift::Fd> events_;
  std::map<int, Ring> rings_;  // after `events_`: unmapped before it
  std::unordered_map<std::uint64_t, Hook> hooks_;
  std::set<pid_t> attached_;
  std::set<pid_t> unhooked_;
};

}  // namespace watch::perf
