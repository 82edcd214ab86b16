// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Launches, waits and communications for event loops: `forklift/asio.hpp` is
// built on them, and any other loop can drive them in the same way.

#pragma once

#include <poll.h>

#include <chrono>
#include <forklift/child.hpp>
#include <forklift/command.hpp>
#include <forklift/export.hpp>
#include <forklift/output.hpp>
#include <forklift/pipeline.hpp>
#include <memory>
#include <optional>
#include <span>

namespace forklift {

/// A launch, a wait or a communication that an event loop drives.
///
/// The loop calls `poll_entries()`, stops waiting for descriptors that are no
/// longer among them, and calls `release_closed()`. It waits for the entries, as
/// poll(2) does, until `deadline()`, sets their `revents` (0 if there is no event),
/// and calls `perform()`. It repeats this until `perform()` returns true; then
/// `take()` returns the result. None of these calls blocks. The loop ignores
/// entries with a negative descriptor, and reports POLLHUP and POLLERR even if
/// `events` does not request them.
/// The destructor kills and reaps the children that an unfinished operation owns.
/// Threads: one at a time.
class FORKLIFT_EXPORT Operation {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Operation();
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  /// What to wait for now; valid until `perform` returns.
  virtual std::span<pollfd> poll_entries() = 0;
  /// Whether a descriptor of `poll_entries` belongs to the caller. Its flags must
  /// not change, since other processes may share them.
  virtual bool is_callers(int descriptor) const = 0;
  /// When to call `perform` even without an event; empty: never.
  virtual std::optional<Clock::time_point> deadline() const = 0;
  /// Makes progress; returns true once the result is available. Calls the
  /// callbacks of sinks and inputs. Closes no descriptor of `poll_entries`.
  virtual bool perform() = 0;
  /// Closes the descriptors that are no longer in `poll_entries`.
  virtual void release_closed() noexcept = 0;
  /// Sends a signal to the running program and its tree, and SIGCONT, in case it is
  /// stopped, unless the signal itself is one that stops. A program that does not
  /// run yet is killed, whatever the signal, and the result is a `LaunchError` with
  /// ECANCELED. After SIGKILL, a child that the kernel refuses to kill is not waited
  /// for: its status is `ExitStatus::still_running`.
  virtual void cancel(int signal) noexcept = 0;

 protected:
  Operation() = default;
};

template <class Result>
class OperationOf : public virtual Operation {
 public:
  /// Returns the result, once. Requires: `perform` returned true.
  ///
  /// Errors: those of the function of `Command`, `Child` or `Pipeline`.
  virtual Result take() = 0;
};

template <class Result>
using OperationPtr = std::unique_ptr<OperationOf<Result>>;

/// As `Command::spawn`. `take()` also reports immediate failures.
FORKLIFT_EXPORT OperationPtr<Child> begin_spawn(const Command& command);
/// As `Command::output`.
FORKLIFT_EXPORT OperationPtr<Output> begin_output(const Command& command,
                                                  OutputOptions options = {});
/// As `Child::wait`, but does not close `in()`. Requires: `child` is not moved, and
/// no other code waits for it.
FORKLIFT_EXPORT OperationPtr<ExitStatus> begin_wait(Child& child);
/// As `Child::communicate`. Requires: as `begin_wait`.
FORKLIFT_EXPORT OperationPtr<Output> begin_communicate(Child& child, OutputOptions options = {});

/// As `Pipeline::spawn`.
FORKLIFT_EXPORT OperationPtr<RunningPipeline> begin_spawn(const Pipeline& pipeline);
/// As `Pipeline::output`.
FORKLIFT_EXPORT OperationPtr<PipelineOutput> begin_output(const Pipeline& pipeline,
                                                          OutputOptions options = {});
/// As `RunningPipeline::wait`, but does not close `in()`. Requires: as for a child.
FORKLIFT_EXPORT OperationPtr<PipelineStatus> begin_wait(RunningPipeline& pipeline);
/// As `RunningPipeline::communicate`. Requires: as for a child.
FORKLIFT_EXPORT OperationPtr<PipelineOutput> begin_communicate(RunningPipeline& pipeline,
                                                               OutputOptions options = {});

}  // namespace forklift
