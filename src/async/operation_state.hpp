// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <forklift/operation.hpp>
#include <optional>
#include <vector>

#include "api/launch_group.hpp"
#include "api/pollable.hpp"
#include "io/communicator.hpp"

namespace forklift {

/// The phases of an operation, or some of them: launches, then a communication
/// or a wait for the end. Exceptions are kept for the result, and no step is a
/// cancellation point: each is short.
class OperationState : public virtual Operation {
 public:
  OperationState() = default;
  explicit OperationState(OutputOptions options) : options_(std::move(options)) {}

  // One of these begins it; an immediate failure is the result.
  void spawn(const Command& command);
  void spawn(const Pipeline& pipeline);
  void output(const Command& command);
  void output(const Pipeline& pipeline);
  void wait(std::span<Child> children);
  void wait(RunningPipeline& pipeline);
  void communicate(std::span<Child> children);
  void communicate(RunningPipeline& pipeline);

  std::span<pollfd> poll_entries() final;
  bool is_callers(int descriptor) const final {
    return phase_ == Phase::talking && communicator_->reads_from(descriptor);
  }
  std::optional<Clock::time_point> deadline() const final;
  bool perform() final;
  void release_closed() noexcept final;
  void cancel(int signal) noexcept final;

  /// Throws the exception that made it fail, if any.
  void check() const;
  std::vector<Child>& launched() noexcept { return launched_; }
  std::span<Child> children() noexcept { return children_; }
  Communicator& communicator() noexcept { return *communicator_; }

  /// The children in `launched`, as a pipeline.
  RunningPipeline running() { return {std::move(launched_), by_last_}; }
  PipelineStatus status();

 private:
  enum class Phase { launching, talking, waiting, over };

  /// The current phase; null while only ends are waited for.
  Pollable* work() noexcept;
  const Pollable* work() const noexcept { return const_cast<OperationState*>(this)->work(); }
  void launch(LaunchGroup group);
  void talk(std::span<Child> children);
  Phase next_phase();
  Phase end_launch();
  Phase give_up() noexcept;
  bool all_have_ended();

  OutputOptions options_;
  Phase phase_ = Phase::over;
  std::optional<LaunchGroup> group_;
  std::optional<Communicator> communicator_;
  std::vector<Child> launched_;
  std::span<Child> children_;  // communicating, or waited for
  std::vector<pollfd> entries_;
  std::exception_ptr failure_;
  bool by_last_ = false;
  bool blind_ = false;  // the end of a child is not announced
};

}  // namespace forklift
