// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <set>

#include "watch/perf/calls.hpp"
#include "watch/perf/children.hpp"
#include "watch/perf/inferred_calls.hpp"
#include "watch/perf/wait_classifier.hpp"
#include "watch/perf/way_back.hpp"
#include "recording/recording.hpp"

namespace watch::perf {

/// Provides what the records do not contain.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual std::string thread_name(pid_t thread) = 0;
  virtual std::string program_of(pid_t pid) = 0;
  /// Fills in sizes and, where a call began, its stack.
  virtual void describe(Call& call, const Record* entered) = 0;
  virtual void executes_another_program() = 0;
};

/// Converts records into calls, waits and the fate of children.
///
/// Threads: one at a time.
class Timeline {
 public:
  struct Setting {
    pid_t pid = 0;
    bool calls_hooked = false;  ///< else they are inferred
    Nanoseconds begin{};
    Nanoseconds least_wait{};
  };
  Timeline(Setting setting, const WchanSampler& looks, Witness& witness);

  /// Its creating calls are not seen until it is hooked.
  void not_hooked(pid_t thread) { unhooked_.insert(thread); }
  void hooked(pid_t thread) { unhooked_.erase(thread); }

  /// In chronological order.
  void take(const Record& record, Recording& recording);
  /// All records up to then have been passed.
  void settle(Nanoseconds seen_until, Recording& recording);
  void conclude(Nanoseconds at, Recording& recording);

  bool copying_under_way() const { return calls_.copying_under_way(); }
  /// Threads of the process without a processor now.
  std::vector<OffCpu> away(Nanoseconds now) const { return switches_.under_way(now); }
  std::uint64_t threads_made() const { return threads_made_; }
  Nanoseconds call_time() const { return call_time_; }
  /// Threads that created a child unhooked, since the last call.
  std::vector<pid_t> take_wanted_hooks();

 private:
  bool guesses(pid_t thread) const { return !setting_.calls_hooked || unhooked_.contains(thread); }
  void enter(const Record& record);
  void came_back(const Record& record);
  void born(const Record& record);
  void executed(const Record& record, Recording& recording);
  void ended(const Record& record);
  void lost(const Record& record, Recording& recording);
  void finish(Call call, Recording& recording);
  void judge(Nanoseconds seen_until, Recording& recording);
  void judge(const OffCpu& off, Recording& recording);
  void take_execs(std::vector<Exec> execs, Recording& recording);

  Setting setting_;
  Witness& witness_;
  Switches switches_;
  Calls calls_;
  WayBack way_back_;
  InferredCalls inferred_;
  Children children_;
  WaitClassifier verdict_;
  std::deque<OffCpu> undecided_;
  std::set<pid_t> unhooked_;
  std::vector<pid_t> wanted_hooks_;
  std::uint64_t last_number_ = 0;
  std::uint64_t threads_made_ = 0;
  Nanoseconds call_time_{};
};

}  // namespace watch::perf
