// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <forklift/engine.hpp>
#include <forklift/export.hpp>
#include <forklift/fork_lock.hpp>
#include <forklift/histogram.hpp>
#include <forklift/step.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace forklift {

/// Where a thread was.
struct ThreadPlace {
  pid_t thread = 0;            ///< gettid(2)
  std::vector<void*> stack{};  ///< innermost first; empty: nobody took it
  bool interrupted = false;    ///< the innermost frame is where it was, not a call
  std::string kernel{};        ///< where the kernel says it is, if there is no stack
  std::chrono::steady_clock::time_point at{};
};

/// Names a frame of a stack. `returns`: the address is one that a call returns
/// to, so what is to be named lies before it.
using FrameName = std::function<std::string(void* address, bool returns)>;

/// "function+0x1c" where a module exports a function, else "module+0x4711".
FORKLIFT_EXPORT std::string name_frame(void* address, bool returns);

/// What a thread does, in words, and where.
struct StackText {
  std::string what;  ///< one line
  ThreadPlace place;
};

/// Threads with their stacks for people. Of more than eight, those whose `group`
/// and stack are alike share one; every thread has its line.
///
/// `groups`: which of them may share a stack; empty: any.
FORKLIFT_EXPORT std::string print_stacks(std::span<const StackText> threads,
                                         std::span<const int> groups = {},
                                         const FrameName& name = name_frame);

/// What a `StallMeter` sees: the state of one moment, and what happened until then.
struct FORKLIFT_EXPORT StallReport {
  /// A launch, over or not.
  struct Launch {
    std::uint64_t number = 0;  ///< the same while it lasts and after, and no other's
    std::string program;
    Engine engine = Engine::fork;
    /// Under way; `clone` until the child is there. Of one that is over: where it
    /// was last seen beyond the threshold.
    Step step = Step::clone;
    std::string subject;  ///< what the step is about, where that is known
    pid_t thread = 0;     ///< that began it
    pid_t child = -1;     ///< -1: not there yet
    std::chrono::nanoseconds lasting{};
    bool beginning = false;              ///< the call that began it has not returned
    std::optional<ThreadPlace> waiting;  ///< the thread that it holds up
  };

  std::chrono::nanoseconds threshold{};
  std::vector<Launch> launches;       ///< in flight, the longest first
  std::vector<Launch> long_launches;  ///< seen beyond the threshold and over: the last 64
  std::uint64_t launched = 0;         ///< launches that are over
  std::uint64_t failed = 0;           ///< of these
  Histogram hold;                     ///< how long the call that began a launch took
  Histogram launch;                   ///< from that call until it was known to run, or to fail
  std::optional<ForkLock::Report> lock;
  std::vector<ThreadPlace> holders;  ///< of the lock, beyond the threshold

  /// All of it for people. `name` may know more than the default: static
  /// functions, lines.
  std::string text(const FrameName& name = name_frame) const;
};

/// Tells who is held up by launches and by a `ForkLock`, where, and for how long.
///
///     forklift::StallMeter meter({.lock = &forklift::fork_lock()});
///     meter.on_stall([](const forklift::StallReport& report) { log(report.text()); });
///     meter.dump_on(SIGUSR1);
///
/// A launch that waits beyond the threshold records its stack, taken by the thread
/// that waits, as the lock's waiters do. The tracer is not touched. Several meters
/// may be in use; each counts what began and ended in its time.
/// Threads: any. In the child of a fork of the whole program a meter is spent:
/// what it reports is empty and what it is asked for does not happen; make another.
/// Cost: without a meter, one load a launch; with one, some 2 to 3 µs, most of them
/// for the timer of the wait, and an allocation (measured by `tests/meter_cost 500`).
class FORKLIFT_EXPORT StallMeter {
 public:
  struct Options {
    std::chrono::nanoseconds threshold = std::chrono::milliseconds(10);
    ForkLock* lock = nullptr;  ///< to be looked at, too; outlives the meter
    /// A real-time signal by which threads are asked for their stacks: those that
    /// hold the lock, or are in a call that begins a launch, beyond the threshold.
    /// Its handler stays for good. 0: they are looked up in proc(5) only.
    int ask = 0;
    std::chrono::nanoseconds pause = std::chrono::seconds(1);  ///< between calls of `on_stall`
  };
  using Tell = std::function<void(const StallReport&)>;

  StallMeter();
  /// Errors: throws `std::invalid_argument` for a negative threshold or pause,
  /// `std::system_error` for a signal that cannot ask: EINVAL, EBUSY if somebody
  /// else handles it.
  explicit StallMeter(const Options& options);
  /// Waits for a callback that runs. Requires: not called by one.
  ~StallMeter();
  StallMeter(const StallMeter&) = delete;
  StallMeter& operator=(const StallMeter&) = delete;

  /// Cost: allocates; launches that begin or end meanwhile wait for some
  /// microseconds, the report for up to 200 ms if somebody who is asked is silent.
  StallReport report() const;

  /// Where these threads of this process are.
  ///
  /// Requires: `Options::ask`, for stacks.
  std::vector<ThreadPlace> ask(std::span<const pid_t> threads) const;

  /// Calls `tell` when a launch, a wait or a hold lasts beyond the threshold, once
  /// for each; those that begin within the pause share a call. Null: no more.
  ///
  /// It is called by a thread of the meter, which blocks all signals and looks once
  /// in a threshold (between 1 ms and 1 s). Requires: it does not throw.
  /// Errors: throws `std::system_error` if that thread cannot be made.
  void on_stall(Tell tell);

  /// Prints the report's text whenever the signal arrives, by the meter's thread:
  /// the handler wakes it and does nothing else. When the meter goes, what was done
  /// with the signal before is done again.
  ///
  /// Errors: throws `std::system_error`: EINVAL for a signal that cannot be
  /// handled, EBUSY where the program, or another meter, handles it already.
  void dump_on(int signal, int descriptor = 2);
  void dump_on(int signal, Tell tell);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace forklift
