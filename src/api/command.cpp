// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/command.hpp>

#include <errno.h>

#include <new>
#include <utility>

#include "api/command_state.hpp"
#include "api/launch_error.hpp"
#include "kernel/cancel_guard.hpp"
#include "launch/observer.hpp"
#include "launch/parent_side.hpp"
#include "plan/explain.hpp"

namespace forklift {
namespace {

// The error of launching a command that was moved from.
LaunchError empty() {
  return failed("", {Step::program, "of a command that was moved from", EINVAL});
}

}  // namespace

Command::Command(std::string program) : state_(std::make_shared<State>()) {
  state_->spec.program = std::move(program);
}
Command::Command(const Command& other) : state_(other.state_) {
  if (state_) state_->shared = true;
}
Command::Command(Command&&) noexcept = default;
Command& Command::operator=(const Command& other) {
  state_ = other.state_;
  if (state_) state_->shared = true;
  return *this;
}
Command& Command::operator=(Command&&) noexcept = default;
Command::~Command() = default;

// Every setter calls this: compiled plans are no longer valid. State shared
// with copies is unchanged; this command continues with its own spec. One that
// was moved from starts again, without a program.
Command::State& Command::change() {
  if (!state_) {
    state_ = std::make_shared<State>();
  } else if (state_->shared) {
    state_ = std::make_shared<State>(state_->spec);
  } else {
    state_->forget();
  }
  return *state_;
}

std::string Command::explain() const {
  if (!state_) return empty().what();
  const auto plan = state_->plans.get(state_->spec);
  if (plan) return launch::explain(**plan);
  const launch::Failure& failure = plan.error();
  return LaunchError(state_->spec.program, failure.step, failure.subject, failure.error).what();
}

std::expected<launch::InFlightPtr, LaunchError> Command::State::start() const {
  const kernel::CancelGuard guard;
  const auto refuse = [this](launch::LaunchObservers& observers, launch::Failure failure) {
    LaunchError error = failed(spec.program, std::move(failure));
    observers.ended(&error);
    return std::unexpected(std::move(error));
  };
  try {
    auto plan = plans.get(spec);
    launch::LaunchObservers observers(spec.program, plan ? &**plan : nullptr);
    if (!plan) return refuse(observers, std::move(plan.error()));
    auto record = launch::start(std::move(*plan));
    if (!record) return refuse(observers, std::move(record.error()));
    (*record)->observers = std::move(observers);
    (*record)->observers.handed_over(**record);
    return std::move(*record);
  } catch (const std::bad_alloc&) {
    return std::unexpected(failed(spec.program, {Step::memory, "for the plan", ENOMEM}));
  }
}

std::expected<Launch, LaunchError> Command::try_start(Notice notice) const {
  if (!state_) return std::unexpected(empty());
  auto record = state_->noticed(notice).start();
  if (!record) return std::unexpected(std::move(record.error()));
  return Launch(record->release());
}

std::expected<Child, LaunchError> Command::try_spawn() const {
  auto launch = try_start();
  if (!launch) return std::unexpected(std::move(launch.error()));
  return std::move(*launch).finish();
}

Launch Command::start(Notice notice) const { return value_or_throw(try_start(notice)); }

Child Command::spawn() const { return value_or_throw(try_spawn()); }

const std::string& Command::program() const noexcept {
  static const std::string none;
  return state_ ? state_->spec.program : none;
}

const Stdio* Command::stdio(int number) const noexcept {
  if (!state_) return nullptr;
  const auto set = state_->spec.streams.find(number);
  return set == state_->spec.streams.end() ? nullptr : &set->second;
}

std::optional<LaunchError> Command::refuses(const Input& input) const {
  const Stdio* const in = stdio(0);
  if (input.empty() || !in || in->kind() == Stdio::Kind::pipe) return std::nullopt;
  return failed(program(), {Step::attribute, "input, for a stream that is set", EINVAL});
}

std::expected<Launch, LaunchError> Command::start_output(const OutputOptions& options,
                                                         Notice notice) const {
  if (!state_) return std::unexpected(empty());
  auto record = state_->capturing(!options.input.empty()).noticed(notice).start();
  if (!record) return std::unexpected(std::move(record.error()));
  return Launch(record->release());
}

}  // namespace forklift
