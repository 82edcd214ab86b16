// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "async/operation_state.hpp"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "kernel/cancel_guard.hpp"

namespace forklift {
namespace {

constexpr std::chrono::milliseconds look_again{10};

}  // namespace

void OperationState::spawn(const Command& command) {
  LaunchGroup group(command.program(), false);
  group.add(command.try_start(Notice::hang_up));
  launch(std::move(group));
}

void OperationState::spawn(const Pipeline& pipeline) {
  by_last_ = pipeline.by_last_;
  launch(Pipeline::start(pipeline.stages_, Notice::hang_up));
}

void OperationState::output(const Command& command) try {
  if (const auto refused = command.refuses(options_.input)) throw *refused;
  communicator_.emplace(options_);
  LaunchGroup group(command.program(), false);
  group.add(command.start_output(options_, Notice::hang_up));
  launch(std::move(group));
} catch (...) {
  failure_ = std::current_exception();
}

void OperationState::output(const Pipeline& pipeline) try {
  if (const auto refused = pipeline.refuses(options_.input)) throw *refused;
  communicator_.emplace(options_);
  spawn(pipeline.capturing(options_.input));
} catch (...) {
  failure_ = std::current_exception();
}

void OperationState::wait(std::span<Child> children) {
  children_ = children;
  phase_ = Phase::waiting;
}

void OperationState::communicate(std::span<Child> children) {
  children_ = children;
  try {
    communicator_.emplace(options_);
    if (children.empty()) return wait(children);
    talk(children);
    phase_ = Phase::talking;
  } catch (...) {
    phase_ = give_up();
  }
}

void OperationState::wait(RunningPipeline& pipeline) {
  by_last_ = pipeline.by_last_;
  wait(pipeline.stages());
}

void OperationState::communicate(RunningPipeline& pipeline) {
  by_last_ = pipeline.by_last_;
  communicate(pipeline.stages());
}

void OperationState::launch(LaunchGroup group) {
  group_.emplace(std::move(group));
  phase_ = Phase::launching;
}

void OperationState::talk(std::span<Child> children) {
  for (Child& child : children) child.announce_end();
  communicator_->begin(children);
}

Pollable* OperationState::work() noexcept {
  if (phase_ == Phase::launching) return &*group_;
  if (phase_ == Phase::talking) return &*communicator_;
  return nullptr;
}

std::span<pollfd> OperationState::poll_entries() {
  const kernel::CancelGuard guard;
  if (Pollable* const working = work()) return working->poll_entries();
  entries_.clear();
  blind_ = false;
  for (Child& child : children_) {
    if (!child.is_awaited()) continue;
    entries_.push_back({child.announce_end(), POLLIN, 0});
    blind_ = blind_ || entries_.back().fd < 0;
  }
  return entries_;
}

std::optional<Operation::Clock::time_point> OperationState::deadline() const {
  if (const Pollable* const working = work()) return working->deadline();
  if (blind_) return Operation::Clock::now() + look_again;
  return std::nullopt;
}

bool OperationState::perform() {
  const kernel::CancelGuard guard;
  try {
    phase_ = next_phase();
  } catch (...) {
    phase_ = give_up();
  }
  return phase_ == Phase::over;
}

OperationState::Phase OperationState::next_phase() {
  switch (phase_) {
    case Phase::launching: return group_->perform() ? end_launch() : Phase::launching;
    case Phase::talking: return communicator_->perform() ? Phase::over : Phase::talking;
    case Phase::waiting: return all_have_ended() ? Phase::over : Phase::waiting;
    default: return Phase::over;
  }
}

OperationState::Phase OperationState::end_launch() {
  auto children = group_->result();
  if (!children) {
    failure_ = std::make_exception_ptr(std::move(children.error()));
    return Phase::over;
  }
  launched_ = std::move(*children);
  if (!communicator_) return Phase::over;
  children_ = launched_;
  talk(children_);
  return Phase::talking;
}

// A callback threw, or a file failed: kills the children, keeps the error.
OperationState::Phase OperationState::give_up() noexcept {
  failure_ = std::current_exception();
  for (Child& child : children_) child.signal_or_leave(SIGKILL);
  return all_have_ended() ? Phase::over : Phase::waiting;
}

bool OperationState::all_have_ended() {
  return std::ranges::all_of(
      children_, [](Child& child) { return child.pid() < 0 || child.try_wait().has_value(); });
}

void OperationState::release_closed() noexcept {
  if (group_) group_->release_closed();
  if (communicator_) communicator_->release_closed();
}

void OperationState::cancel(int signal) noexcept {
  const kernel::CancelGuard guard;
  if (Pollable* const working = work()) return working->cancel(signal);
  for (Child& child : children_) child.signal_or_leave(signal);
}

void OperationState::check() const {
  if (failure_) std::rethrow_exception(failure_);
}

PipelineStatus OperationState::status() {
  PipelineStatus status{.stages = {}, .by_last = by_last_};
  for (Child& child : children_) status.stages.push_back(child.wait());
  return status;
}

}  // namespace forklift
