// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <forklift/operation.hpp>
#include <optional>
#include <vector>

#include "io/communicator.hpp"
#include "api/launch_group.hpp"

namespace forklift {

/// What every operation goes through, or some of it: launches, then a
/// conversation or a wait for the end.
class Underway {
 public:
  Underway() = default;
  explicit Underway(OutputOptions options) : options_(std::move(options)) {}
  Underway(const Underway&) = delete;
  Underway& operator=(const Underway&) = delete;

  // One of these begins it; what fails at once is the result.
  void spawn(const Command& command);
  void spawn(const Pipeline& pipeline);
  void output(const Command& command);
  void output(const Pipeline& pipeline);
  void wait(std::span<Child> children);
  void wait(RunningPipeline& pipeline);
  void communicate(std::span<Child> children);
  void communicate(RunningPipeline& pipeline);

  std::span<pollfd> poll_entries();
  bool is_callers(int descriptor) const noexcept {
    return phase_ == Phase::talking && communicator_->reads_from(descriptor);
  }
  std::optional<Operation::Clock::time_point> deadline() const;
  bool perform();
  void release_closed() noexcept;
  void cancel(int signal) noexcept;

  /// Throws what made it fail, if it did.
  void check() const;
  std::vector<Child>& launched() noexcept { return launched_; }
  std::span<Child> children() noexcept { return children_; }
  Communicator& communicator() noexcept { return *communicator_; }

  /// What `launched` are, as a pipeline.
  RunningPipeline running() { return {std::move(launched_), by_last_}; }
  PipelineStatus status();

 private:
  enum class Phase { launching, talking, waiting, over };

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
  std::span<Child> children_;  // in conversation, or waited for
  std::vector<pollfd> entries_;
  std::exception_ptr failure_;
  bool by_last_ = false;
  bool blind_ = false;  // nothing announces the end of a child
};

}  // namespace forklift
