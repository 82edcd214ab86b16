// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <expected>
#include <forklift/child.hpp>
#include <forklift/command.hpp>
#include <forklift/error.hpp>
#include <forklift/export.hpp>
#include <forklift/output.hpp>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace forklift {

class LaunchGroup;

/// How the stages of a pipeline ended, in their order.
struct FORKLIFT_EXPORT PipelineStatus {
  std::vector<ExitStatus> stages;
  bool by_last = false;  ///< the last stage alone decides

  /// Whether all succeeded, or the last if that was asked for.
  bool success() const noexcept;
};

/// The data at the ends of a pipeline, and how its stages ended.
struct PipelineOutput : Captured {
  PipelineStatus status;
};

/// A running pipeline, owned: the destructor kills and reaps every stage.
///
/// Threads: one at a time.
class FORKLIFT_EXPORT RunningPipeline {
 public:
  using Duration = Child::Duration;

  /// An empty pipeline, as after a move: it has no stages and no pipes, and
  /// waiting for it returns at once.
  RunningPipeline() noexcept = default;

  std::span<Child> stages() noexcept { return stages_; }

  /// Our ends of the pipes asked for with `Stdio::pipe` at the pipeline's ends.
  Fd& in() noexcept { return stages_.empty() ? none() : stages_.front().in(); }
  Fd& out() noexcept { return stages_.empty() ? none() : stages_.back().out(); }
  Fd& err() noexcept { return stages_.empty() ? none() : stages_.back().err(); }

  /// Waits for the end of every stage. Closes `in()` first.
  PipelineStatus wait();
  /// Waits for at most this long; empty if a stage still runs. Closes nothing.
  std::optional<PipelineStatus> wait_for(Duration limit);

  /// `Child::kill_tree` for every stage.
  void kill_trees(int signal = 9) noexcept;
  /// Sends SIGTERM to all trees, and SIGKILL to what remains of them after `grace`
  /// or, if sooner, after the end of all stages; then waits.
  PipelineStatus stop_trees(Duration grace);

  /// Writes to the first stage, reads from the last one, and waits for all.
  /// As `Child::communicate`.
  PipelineOutput communicate(const OutputOptions& options = {});

 private:
  friend class Pipeline;
  friend class OperationState;
  RunningPipeline(std::vector<Child> stages, bool by_last) noexcept
      : stages_(std::move(stages)), by_last_(by_last) {}

  Fd& none() noexcept {
    none_.reset();
    return none_;
  }

  std::vector<Child> stages_;
  bool by_last_ = false;
  Fd none_;  // always empty
};

/// Commands whose output is the input of the next one:
/// `Command("zcat").arg(file) | Command("sort") | Command("head")`.
///
/// Two stages are connected by an ordinary pipe, which replaces what the commands
/// set for these streams; no other process has its ends. Other settings of the
/// commands apply: `err(Stdio::same_as(1))` sends errors through the pipe, too.
/// A value, like `Command`. Threads: launches from many threads at once; setters
/// from one.
///
/// A pipeline that was moved from is empty: it can be assigned, stages can be
/// added, and launching it is an error of the step `program`.
class FORKLIFT_EXPORT Pipeline {
 public:
  explicit Pipeline(Command first) { stages_.push_back(std::move(first)); }

  /// Adds a stage at the end.
  Pipeline& then(Command next);

  /// Standard input of the first stage; standard output and error of the last.
  Pipeline& in(Stdio stdio);
  Pipeline& out(Stdio stdio);
  Pipeline& err(Stdio stdio);
  /// The last stage decides success, as in a shell without `pipefail`. Use it if a
  /// stage may stop reading early, since SIGPIPE then kills the stage before it.
  Pipeline& success_by_last(bool by_last = true);

  /// Launches all stages or none: if one fails, the others are killed and reaped
  /// before any of them can see the end of its input.
  ///
  /// Errors: `LaunchError` of a stage that failed; `LaunchError::stage` is its
  /// number.
  /// Cost: the stages are launched at the same time. Each is planned anew.
  RunningPipeline spawn() const;
  std::expected<RunningPipeline, LaunchError> try_spawn() const;

  /// Launches and waits for the end of all.
  PipelineStatus run() const { return spawn().wait(); }

  /// Launches, captures standard output and error of the last stage unless set,
  /// and waits for the end of all. As `Command::output`, also for the input of
  /// the first stage.
  PipelineOutput output(const OutputOptions& options = {}) const;
  std::expected<PipelineOutput, LaunchError> try_output(const OutputOptions& options = {}) const;

 private:
  friend class OperationState;
  static LaunchGroup start(std::vector<Command> stages, Notice notice);
  /// The reason why the input cannot be written to the first stage, if any.
  std::optional<LaunchError> refuses(const Input& input) const;
  /// The same with pipes at the ends that are not set.
  Pipeline capturing(const Input& input) const;

  std::vector<Command>& stages();

  std::vector<Command> stages_;
  bool by_last_ = false;
};

FORKLIFT_EXPORT Pipeline operator|(Command first, Command second);
FORKLIFT_EXPORT Pipeline operator|(Pipeline pipeline, Command next);

}  // namespace forklift
