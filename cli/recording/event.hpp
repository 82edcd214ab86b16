// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The observations of a watched process: one model for all backends.
namespace watch {

/// A moment is the time since the zero of CLOCK_MONOTONIC.
using Nanoseconds = std::chrono::nanoseconds;

/// Names of functions, innermost first; "libc.so.6+0x4711" if unnamed.
using Stack = std::vector<std::string>;

/// Sizes of the process when a call began.
struct Size {
  std::uint64_t page_tables = 0;  ///< bytes
  std::uint64_t resident = 0;     ///< bytes
  std::uint64_t swapped = 0;      ///< bytes
  std::size_t mappings = 0;
  std::size_t threads = 0;
  std::size_t descriptors = 0;

  bool operator==(const Size&) const = default;
};

/// The state of Go's syscall.ForkLock at one moment.
struct ForkLockState {
  bool held = false;        ///< by a launcher (a writer)
  std::size_t readers = 0;  ///< creators that hold it or wait for the launcher
  std::size_t queued = 0;   ///< launchers that wait for their turn

  bool operator==(const ForkLockState&) const = default;
};

/// One call that creates a process. Threads are only counted (`Sample::threads_made`).
struct Call {
  std::uint64_t number = 0;  ///< from 1, in the order of their ends
  pid_t thread = 0;
  std::string thread_name;
  pid_t child = 0;                     ///< 0 if not known or none was made
  std::string function;                ///< "clone", "clone3", "fork", "vfork"; empty if not known
  std::optional<std::uint64_t> flags;  ///< the kernel's, with the exit signal in the low byte
  Nanoseconds begin{};
  Nanoseconds duration{};  ///< in the call
  /// From the begin until its thread ran again: it may lose the processor on
  /// its way back. At least the duration; empty if not observed.
  std::optional<Nanoseconds> until_ran;
  std::optional<Nanoseconds> off_cpu;    ///< of `stall`
  std::optional<Nanoseconds> runnable;   ///< of `off_cpu`: it only waited for a processor
  std::optional<Nanoseconds> lock_wait;  ///< until it had the memory lock
  std::optional<Nanoseconds> lock_held;  ///< the memory lock, for writing
  int error = 0;                         ///< errno, 0 if it worked
  std::uint64_t restarts = 0;            ///< number of restarts after signals
  std::optional<Size> size;
  std::optional<ForkLockState> fork_lock;
  Stack stack;
  bool cut = false;  ///< it had begun before us: the duration is a minimum

  bool operator==(const Call&) const = default;
};

/// A caller that has run for this long since the call has returned: later stops
/// are not part of the call. Applies to every backend.
inline constexpr Nanoseconds way_back = std::chrono::microseconds(100);

/// The time that the call kept its caller from continuing, as far as known.
Nanoseconds stall(const Call& call);

/// CLONE_VM is not set: page tables are copied. Unknown without flags.
std::optional<bool> copies(const Call& call);

/// "fork", "vfork", "clone (copying)", "clone3 (sharing, suspended)": the key
/// for grouping calls.
std::string kind(const Call& call);

/// A thread that could not run while a call was in progress, or waited for the
/// memory lock at any time.
struct Wait {
  enum class Reason {
    memory_lock,  ///< blocked by the holder of the memory lock: causal
    futex,        ///< for a lock or event of the program
    runnable,     ///< for a processor
    page_fault,   ///< in a page fault, but not for the lock
    other,
  };
  std::uint64_t call = 0;  ///< the call with the largest overlap; 0 for none
  pid_t thread = 0;
  std::string thread_name;
  Reason reason = Reason::other;
  Nanoseconds begin{};
  Nanoseconds duration{};
  Nanoseconds overlap{};  ///< of the duration, while the call was under way
  pid_t waker = 0;        ///< 0 if not known
  Stack stack;

  bool operator==(const Wait&) const = default;
};

std::string name(Wait::Reason reason);
std::optional<Wait::Reason> reason_named(const std::string& name);

/// The fate of a child.
struct Exec {
  std::uint64_t call = 0;  ///< 0 if its call was not seen
  pid_t child = 0;
  Nanoseconds at{};
  Nanoseconds since_call{};            ///< from its creation
  std::optional<Nanoseconds> in_exec;  ///< of that, within execve(2)
  std::string program;                 ///< empty if not known
  bool done = true;                    ///< false: it exited without exec

  bool operator==(const Exec&) const = default;
};

/// Counters of the whole process, each since the beginning; some ten a second.
struct Sample {
  Nanoseconds at{};
  std::uint64_t faults = 0;
  std::optional<std::uint64_t> copy_faults;  ///< writes to pages that a fork had marked
  std::optional<Nanoseconds> fault_time;     ///< processor time within page faults; sampled
  std::optional<Nanoseconds> call_time;      ///< the same within creating calls
  std::uint64_t threads_made = 0;

  bool operator==(const Sample&) const = default;
};

/// The state of Go's ForkLock between two samples, from frequent reads.
struct ForkLockSample {
  Nanoseconds at{};
  std::size_t looks = 0;
  std::size_t looks_held = 0;
  Nanoseconds longest_held{};  ///< over consecutive reads; a minimum
  std::size_t most_readers = 0;
  std::size_t most_queued = 0;

  bool operator==(const ForkLockSample&) const = default;
};

/// A reason why a recording is less reliable than it seems.
struct Notice {
  enum class Kind {
    missed_call,  ///< one began or ended while the hooks were being attached
    lost_events,  ///< the kernel's buffer was full
    no_stacks,    ///< and why
    target,       ///< it executed another program, or similar
    other,
  };
  Kind kind = Kind::other;
  Nanoseconds at{};
  std::string text;
  std::uint64_t count = 0;

  bool operator==(const Notice&) const = default;
};

std::string name(Notice::Kind kind);
std::optional<Notice::Kind> notice_named(const std::string& name);

/// Figures whose sources differ from backend to backend.
enum class Figure {
  duration,
  flags,
  on_cpu,
  memory_lock,
  other_waits,
  faults,
  copy_faults,
  fault_time,
  child,
  size,
  stacks,
  fork_lock
};

std::string name(Figure figure);
std::optional<Figure> figure_named(const std::string& name);

/// The source of a figure in one recording.
struct Source {
  Figure figure = Figure::duration;
  std::string from;          ///< "mmap_lock tracepoints", "sched_switch records"
  Nanoseconds resolution{};  ///< its possible error
  bool exact = true;  ///< every event is seen; else it is sampled or inferred: marked with ≈

  bool operator==(const Source&) const = default;
};

}  // namespace watch
