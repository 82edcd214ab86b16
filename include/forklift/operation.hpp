// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Launches, waits and conversations for event loops: what `forklift/asio.hpp`
// is made of, and what any other loop can carry on in the same way.

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

/// Something under way that an event loop carries on.
///
/// The loop asks for the `poll_entries()`, stops waiting for what is no longer among
/// them, and calls `release_closed()`. It waits for them, as poll(2) does, until `deadline()`;
/// puts what it found into their `revents` (the others stay 0), and calls
/// `perform()`. All that again until that gives true; then the result is taken.
/// None of these calls waits for anything. Entries with a negative descriptor are
/// to be left out, POLLHUP and POLLERR to be told, asked for or not.
/// Destroying one before its end kills and reaps the children that it owns.
/// Threads: one at a time.
class FORKLIFT_EXPORT Operation {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Operation();
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  /// What to wait for now; valid until `perform` returns.
  virtual std::span<pollfd> poll_entries() = 0;
  /// Whether a descriptor of `poll_entries` is the caller's, so that its flags, which it
  /// may share with other processes, have to stay as they are.
  virtual bool is_callers(int descriptor) const = 0;
  /// When to go on though nothing has happened; nothing: never.
  virtual std::optional<Clock::time_point> deadline() const = 0;
  /// Goes on; true when the result is there, then and from then on. Calls the
  /// callbacks of sinks and inputs. Closes no descriptor that `poll_entries` named.
  virtual bool perform() = 0;
  /// Closes what `poll_entries` does not name any more.
  virtual void release_closed() noexcept = 0;
  /// Sends the running program, with its tree, a signal. A program that is not
  /// running yet is killed, whatever the signal: the result is then a
  /// `LaunchError` with ECANCELED.
  virtual void cancel(int signal) noexcept = 0;

 protected:
  Operation() = default;
};

template <class Result>
class OperationOf : public virtual Operation {
 public:
  /// The result, once. Requires: `perform` gave true.
  ///
  /// Errors: as the function of `Command`, `Child` or `Pipeline` of that name.
  virtual Result take() = 0;
};

template <class Result>
using OperationPtr = std::unique_ptr<OperationOf<Result>>;

/// As `Command::spawn`. What fails at once is told by `take`, too.
FORKLIFT_EXPORT OperationPtr<Child> begin_spawn(const Command& command);
/// As `Command::output`.
FORKLIFT_EXPORT OperationPtr<Output> begin_output(const Command& command,
                                                  OutputOptions options = {});
/// As `Child::wait`, but `in()` is left as it is. Requires: `child` stays where
/// it is, and is waited for by nobody else.
FORKLIFT_EXPORT OperationPtr<ExitStatus> begin_wait(Child& child);
/// As `Child::communicate`. Requires: as `begin_wait`.
FORKLIFT_EXPORT OperationPtr<Output> begin_communicate(Child& child, OutputOptions options = {});

/// As `Pipeline::spawn`.
FORKLIFT_EXPORT OperationPtr<RunningPipeline> begin_spawn(const Pipeline& pipeline);
/// As `Pipeline::output`.
FORKLIFT_EXPORT OperationPtr<PipelineOutput> begin_output(const Pipeline& pipeline,
                                                          OutputOptions options = {});
/// As `RunningPipeline::wait`, with `in()` left as it is. Requires: as for a child.
FORKLIFT_EXPORT OperationPtr<PipelineStatus> begin_wait(RunningPipeline& pipeline);
/// As `RunningPipeline::communicate`. Requires: as for a child.
FORKLIFT_EXPORT OperationPtr<PipelineOutput> begin_communicate(RunningPipeline& pipeline,
                                                               OutputOptions options = {});

}  // namespace forklift
