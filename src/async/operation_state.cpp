// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "async/operation_state.hpp"

#include <signal.h>

#include <algorithm>
#include <utility>

namespace forklift {
namespace {

constexpr std::chrono::milliseconds look_again{10};

}  // namespace

void Underway::spawn(const Command& command) {
  Crew crew(command.program(), false);
  crew.add(command.try_start(Notice::hang_up));
  launch(std::move(crew));
}

void Underway::spawn(const Pipeline& pipeline) {
  by_last_ = pipeline.by_last_;
  launch(Pipeline::start(pipeline.stages_, Notice::hang_up));
}

void Underway::output(const Command& command) try {
  if (const auto refused = command.refuses(options_.input)) throw *refused;
  conversation_.emplace(options_);
  Crew crew(command.program(), false);
  crew.add(command.start_output(options_, Notice::hang_up));
  launch(std::move(crew));
} catch (...) {
  failure_ = std::current_exception();
}

void Underway::output(const Pipeline& pipeline) try {
  if (const auto refused = pipeline.refuses(options_.input)) throw *refused;
  conversation_.emplace(options_);
  spawn(pipeline.capturing(options_.input));
} catch (...) {
  failure_ = std::current_exception();
}

void Underway::wait(std::span<Child> children) {
  children_ = children;
  phase_ = Phase::waiting;
}

void Underway::communicate(std::span<Child> children) {
  children_ = children;
  try {
    conversation_.emplace(options_);
    if (children.empty()) return wait(children);
    talk(children);
    phase_ = Phase::talking;
  } catch (...) {
    phase_ = give_up();
  }
}

void Underway::wait(RunningPipeline& pipeline) {
  by_last_ = pipeline.by_last_;
  wait(pipeline.stages());
}

void Underway::communicate(RunningPipeline& pipeline) {
  by_last_ = pipeline.by_last_;
  communicate(pipeline.stages());
}

void Underway::launch(Crew crew) {
  crew_.emplace(std::move(crew));
  phase_ = Phase::launching;
}

void Underway::talk(std::span<Child> children) {
  for (Child& child : children) child.announce_end();
  conversation_->begin(children);
}

std::span<pollfd> Underway::entries() {
  if (phase_ == Phase::launching) return crew_->entries();
  if (phase_ == Phase::talking) return conversation_->entries();
  entries_.clear();
  blind_ = false;
  for (Child& child : children_) {
    if (!child.is_awaited()) continue;
    entries_.push_back({child.announce_end(), POLLIN, 0});
    blind_ = blind_ || entries_.back().fd < 0;
  }
  return entries_;
}

std::optional<Operation::Clock::time_point> Underway::until() const {
  if (phase_ == Phase::launching) return crew_->until();
  if (phase_ == Phase::talking) return conversation_->until().point();
  if (blind_) return Operation::Clock::now() + look_again;
  return std::nullopt;
}

bool Underway::go_on() {
  try {
    phase_ = next_phase();
  } catch (...) {
    phase_ = give_up();
  }
  return phase_ == Phase::over;
}

Underway::Phase Underway::next_phase() {
  switch (phase_) {
    case Phase::launching: return crew_->go_on() ? end_launch() : Phase::launching;
    case Phase::talking: return conversation_->go_on() ? Phase::over : Phase::talking;
    case Phase::waiting: return all_have_ended() ? Phase::over : Phase::waiting;
    default: return Phase::over;
  }
}

Underway::Phase Underway::end_launch() {
  auto children = crew_->result();
  if (!children) {
    failure_ = std::make_exception_ptr(std::move(children.error()));
    return Phase::over;
  }
  launched_ = std::move(*children);
  if (!conversation_) return Phase::over;
  children_ = launched_;
  talk(children_);
  return Phase::talking;
}

// A callback threw, or a file failed: the children go, and then it is told.
Underway::Phase Underway::give_up() noexcept {
  failure_ = std::current_exception();
  for (Child& child : children_) child.kill_tree(SIGKILL);
  return all_have_ended() ? Phase::over : Phase::waiting;
}

bool Underway::all_have_ended() {
  return std::ranges::all_of(
      children_, [](Child& child) { return child.pid() < 0 || child.try_wait().has_value(); });
}

void Underway::settle() noexcept {
  if (crew_) crew_->settle();
  if (conversation_) conversation_->settle();
}

void Underway::cancel(int signal) noexcept {
  switch (phase_) {
    case Phase::launching: return crew_->stop();
    case Phase::talking: return conversation_->stop(signal);
    default:
      for (Child& child : children_) child.kill_tree(signal);
  }
}

void Underway::check() const {
  if (failure_) std::rethrow_exception(failure_);
}

PipelineStatus Underway::status() {
  PipelineStatus status{.stages = {}, .by_last = by_last_};
  for (Child& child : children_) status.stages.push_back(child.wait());
  return status;
}

}  // namespace forklift
