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
  std::vector<void*> stack{};  ///< innermost first; empty: not recorded
  bool interrupted = false;    ///< the innermost frame is its position, not a call
  std::string kernel{};        ///< its position according to the kernel, if there is no stack
  std::chrono::steady_clock::time_point at{};
};

/// Names a frame of a stack. `returns`: the address is a return address, so the
/// call to name lies before it.
using FrameName = std::function<std::string(void* address, bool returns)>;

/// "function+0x1c" where a module exports a function, else "module+0x4711".
FORKLIFT_EXPORT std::string name_frame(void* address, bool returns);

/// What a thread does, and where.
struct StackText {
  std::string what;  ///< one line
  ThreadPlace place;
};

/// Formats threads with their stacks. If there are more than eight, threads with
/// the same stack share one; every thread has a line.
FORKLIFT_EXPORT std::string print_stacks(std::span<const StackText> threads,
                                         const FrameName& name = name_frame);

/// The report of a `StallMeter`: the current state, and what has happened so far.
struct FORKLIFT_EXPORT StallReport {
  /// A launch, finished or not.
  struct Launch {
    std::uint64_t number = 0;  ///< unique; does not change when the launch ends
    std::string program;
    Engine engine = Engine::fork;
    /// The current step; `clone` until the child exists. For a finished launch, the
    /// step at which it was last seen beyond the threshold.
    Step step = Step::clone;
    std::string subject;  ///< the subject of the step, if known
    pid_t thread = 0;     ///< the one that began it
    pid_t child = -1;     ///< -1: not created yet
    std::chrono::nanoseconds lasting{};
    bool beginning = false;              ///< the call that began it has not returned
    std::optional<ThreadPlace> waiting;  ///< the thread that it blocks
  };

  std::chrono::nanoseconds threshold{};
  std::vector<Launch> launches;       ///< in flight, the longest first
  std::vector<Launch> long_launches;  ///< seen beyond the threshold and over: the last 64
  std::uint64_t launched = 0;         ///< launches that are over
  std::uint64_t failed = 0;           ///< of these
  Histogram hold;                     ///< duration of the call that began a launch
  Histogram launch;                   ///< from that call until the program runs or has failed to
  std::optional<ForkLock::Report> lock;
  std::vector<ThreadPlace> holders;  ///< of the lock, beyond the threshold

  /// Formats the whole report. A custom `name` can add static functions and line
  /// numbers.
  std::string text(const FrameName& name = name_frame) const;
};

/// Reports which threads launches and a `ForkLock` block, where, and for how long.
///
///     forklift::StallMeter meter({.lock = &forklift::fork_lock()});
///     meter.on_stall([](const forklift::StallReport& report) { log(report.text()); });
///     meter.dump_on(SIGUSR1);
///
/// A thread that waits for a launch or the lock beyond the threshold records its
/// own stack. The meter does not use the tracer. Several meters may coexist; each
/// counts what began and ended during its life.
/// Threads: any. In the child of a fork of the whole program a meter is inert: its
/// reports are empty and its functions do nothing; create another.
/// Cost: without a meter, one load per launch; with one, about 2 to 3 µs, mostly
/// for the timer of the wait, and an allocation (measured by `tests/meter_cost 500`).
class FORKLIFT_EXPORT StallMeter {
 public:
  struct Options {
    std::chrono::nanoseconds threshold = std::chrono::milliseconds(10);
    ForkLock* lock = nullptr;  ///< also reported; must outlive the meter
    /// A real-time signal that requests the stacks of threads that hold the lock, or
    /// are in a call that begins a launch, beyond the threshold. Its handler stays
    /// installed. 0: only proc(5) is read.
    int ask = 0;
    std::chrono::nanoseconds pause = std::chrono::seconds(1);  ///< between calls of `on_stall`
  };
  using Callback = std::function<void(const StallReport&)>;

  StallMeter();
  /// Errors: throws `std::invalid_argument` for a negative threshold or pause,
  /// `std::system_error` for an unusable signal: EINVAL, or EBUSY if it already has
  /// a handler.
  explicit StallMeter(const Options& options);
  /// Waits for a running callback. Requires: not called from a callback.
  ~StallMeter();
  StallMeter(const StallMeter&) = delete;
  StallMeter& operator=(const StallMeter&) = delete;

  /// Cost: allocates; launches that begin or end meanwhile wait for some
  /// microseconds. The report takes up to 200 ms if a thread does not answer.
  StallReport report() const;

  /// Returns where these threads of this process are.
  ///
  /// Requires: `Options::ask`, for stacks.
  std::vector<ThreadPlace> ask(std::span<const pid_t> threads) const;

  /// Calls the function when a launch, a wait or a hold exceeds the threshold, once
  /// for each; those that begin within the pause share a call. Null removes it.
  ///
  /// A thread of the meter calls it. That thread blocks all signals and checks once
  /// per threshold (between 1 ms and 1 s). Requires: it does not throw.
  /// Errors: throws `std::system_error` if that thread cannot be created.
  void on_stall(Callback callback);

  /// Prints the report's text whenever the signal arrives, on the meter's thread:
  /// the handler only wakes it. The destructor of the meter restores the previous
  /// handler.
  ///
  /// Errors: throws `std::system_error`: EINVAL for a signal that cannot be
  /// handled, EBUSY where the program, or another meter, handles it already.
  void dump_on(int signal, int descriptor = 2);
  void dump_on(int signal, Callback callback);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace forklift
