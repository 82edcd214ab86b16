// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "watch/analysis/spread.hpp"
#include "recording/recording.hpp"

/// The figures of a recording, for reports and verdicts.
namespace watch {

/// Threads that could not run.
struct Blocked {
  std::size_t events = 0;
  std::size_t threads = 0;
  Spread time;

  bool operator==(const Blocked&) const = default;
};

/// Blocked threads by what they did then.
struct BlockedAt {
  std::string thread_name;
  Stack stack;
  Blocked blocked;
};

/// Calls of one kind, or of one kind from one place.
struct Group {
  std::string kind;
  Stack stack;                       ///< empty for all places together
  std::optional<bool> copying;       ///< page tables
  std::vector<std::uint64_t> flags;  ///< all that were seen, the most frequent first
  std::size_t calls = 0;
  std::size_t failures = 0;
  std::size_t cut = 0;  ///< of unknown length: not in `time`
  std::uint64_t restarts = 0;
  std::uint64_t most_restarts = 0;
  std::map<int, std::size_t> errors;
  Spread time;                      ///< in the calls
  std::optional<Spread> until_ran;  ///< until their callers ran again, if seen
  Spread stall;                     ///< the longer known one of these two, of each call
  std::vector<Bin> histogram;       ///< of `time`
  std::optional<Spread> on_cpu, off_cpu, runnable, lock_wait, lock_held;
  std::optional<Size> median, most;       ///< when the calls began
  std::optional<double> ms_per_mebibyte;  ///< of page tables
  Blocked victims;                        ///< of these calls
};

/// Threads that a copying call blocked: they waited for the memory lock it held.
struct Victims {
  Blocked all;
  std::size_t calls = 0;     ///< that blocked another thread
  double per_call = 0;       ///< threads blocked at once, on average
  Nanoseconds worst_call{};  ///< blocked time of all threads by one call
  std::uint64_t worst = 0;   ///< its number
  std::vector<BlockedAt> places;
};

/// What followed the copying calls.
struct Aftermath {
  double copy_faults = 0;  ///< beyond the rate before
  double per_call = 0;
  double before_per_second = 0;
  std::optional<Nanoseconds> fault_time;  ///< beyond that before; of processors
  std::optional<Nanoseconds> call_time;   ///< measured the same way
  double without_call = 0;                ///< copy faults before any copying call
  std::vector<double> per_second;         ///< copy faults between ticks, for a picture
};

struct Children {
  std::string program;  ///< empty if not known
  bool copied = false;
  std::size_t executed = 0;
  std::size_t exited = 0;  ///< without executing a program
  Spread to_exec;          ///< from the creation until the program runs
  Spread before_exec;      ///< of that, in the child's own code
  Spread in_exec;          ///< of that, in execve(2)
};

struct ForkLockFigures {
  std::size_t looks = 0;
  double held_share = 0;
  Nanoseconds longest_held{};
  std::size_t most_readers = 0;
  std::size_t most_queued = 0;
};

struct Analysis {
  Nanoseconds watched{};
  std::vector<Group> kinds;   ///< the most time first
  std::vector<Group> places;  ///< by kind and stack, the most blocked time first
  Group all;                  ///< all calls together
  Group copying;              ///< those that copy, or blocked others as if they did
  Victims victims;
  std::map<Wait::Reason, Blocked> meanwhile;  ///< waits that merely overlapped a call
  Blocked lock_outside;  ///< waits for the memory lock not explained by a copying call
  /// The number of calls during which only the caller ran, and the longest.
  std::size_t frozen_calls = 0;
  Nanoseconds longest_freeze{};
  std::optional<Aftermath> after;
  std::vector<Children> children;
  std::optional<ForkLockFigures> fork_lock;
  std::uint64_t threads_made = 0;

  Nanoseconds blocked{};       ///< threads except callers, for any observed reason
  Nanoseconds explained{};     ///< of that, by copying calls
  double explained_share = 0;  ///< both including the callers' own time in calls
};

Analysis analyze(const Recording& recording);

/// Finds calls by their numbers.
///
/// Requires: the recording outlives this.
class CallIndex {
 public:
  explicit CallIndex(const Recording& recording);
  /// Null for none.
  const Call* find(std::uint64_t number) const;

 private:
  std::unordered_map<std::uint64_t, const Call*> calls_;
};

/// Whether it copies page tables, by its flags or its name; unknown for a clone
/// with unknown flags.
std::optional<bool> copies_tables(const Call& call);

/// It copies page tables, or may.
bool may_copy(const Call& call);

/// A wait of another thread for the memory lock that a copying call held. The
/// call is to blame for the overlap.
bool is_victim(const Wait& wait, const Call* call);

}  // namespace watch
