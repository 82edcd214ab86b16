// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/command.hpp>

#include <errno.h>

#include <atomic>
#include <new>
#include <utility>

#include "capture.hpp"
#include "failed.hpp"
#include "kernel/signal_guard.hpp"
#include "launch/engine.hpp"
#include "launch/explain.hpp"
#include "launch/order.hpp"
#include "launch/prepared.hpp"

namespace forklift {

// An order and the plans made for it. `captured` is the same command with its
// output in pipes, made when it is first asked for.
struct Command::State {
  launch::Order order;
  launch::Plans plans;
  std::atomic<State*> captured{nullptr};

  State() = default;
  explicit State(const launch::Order& copied) : order(copied) {}
  ~State() { forget(); }

  void forget() noexcept {
    plans.clear();
    delete captured.exchange(nullptr);
  }

  const State& capturing() {
    if (State* const known = captured.load(std::memory_order_acquire)) return *known;
    auto made = std::make_unique<State>(order);
    made->order.streams.try_emplace(0, Stdio::null());
    made->order.streams.try_emplace(1, Stdio::pipe());
    made->order.streams.try_emplace(2, Stdio::pipe());
    State* known = nullptr;
    if (captured.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) {
      return *made.release();
    }
    return *known;
  }

  std::expected<launch::InFlightPtr, LaunchError> start() const;
};

Command::Command(std::string program) : state_(std::make_unique<State>()) {
  state_->order.program = std::move(program);
}
Command::Command(const Command& other) : state_(std::make_unique<State>(other.state_->order)) {}
Command::Command(Command&&) noexcept = default;
Command& Command::operator=(const Command& other) {
  if (this != &other) state_ = std::make_unique<State>(other.state_->order);
  return *this;
}
Command& Command::operator=(Command&&) noexcept = default;
Command::~Command() = default;

// Every setter goes through here: what was prepared no longer holds.
Command::State& Command::change() {
  state_->forget();
  return *state_;
}

Command& Command::arg(std::string argument) {
  change().order.arguments.push_back(std::move(argument));
  return *this;
}

Command& Command::args(std::initializer_list<std::string_view> arguments) {
  for (const auto argument : arguments) arg(std::string(argument));
  return *this;
}

Command& Command::argv0(std::string name) {
  change().order.argv0 = std::move(name);
  return *this;
}

Command& Command::env(std::string key, std::string value) {
  change().order.environment.push_back({std::move(key), std::move(value)});
  return *this;
}

Command& Command::env_remove(std::string key) {
  change().order.environment.push_back({std::move(key), std::nullopt});
  return *this;
}

Command& Command::env_clear() {
  change().order.clear_environment = true;
  return *this;
}

Command& Command::directory(std::string path) {
  change().order.directory = std::move(path);
  state_->order.directory_descriptor.reset();
  return *this;
}

Command& Command::directory(int descriptor) {
  change().order.directory_descriptor = descriptor;
  state_->order.directory.reset();
  return *this;
}

Command& Command::descriptor(int number, Stdio stdio) {
  change().order.streams.insert_or_assign(number, std::move(stdio));
  return *this;
}

Command& Command::block_signals(std::initializer_list<int> signals) {
  launch::add_signals(change().order, &launch::Order::mask, signals);
  return *this;
}

Command& Command::ignore_signals(std::initializer_list<int> signals) {
  launch::add_signals(change().order, &launch::Order::ignored, signals);
  return *this;
}

Command& Command::inherit_signal_mask() {
  change().order.inherit_mask = true;
  return *this;
}

Command& Command::inherit_ignored_signals() {
  change().order.inherit_ignored = true;
  return *this;
}

Command& Command::umask(mode_t mask) {
  change().order.umask = mask;
  return *this;
}

Command& Command::new_session() {
  change().order.new_session = true;
  return *this;
}

Command& Command::process_group(pid_t group) {
  change().order.process_group = group;
  return *this;
}

Command& Command::require(Engine engine) {
  change().order.required = engine;
  return *this;
}

Command& Command::launch_deadline(Duration limit) {
  change().order.deadline = limit;
  return *this;
}

std::string Command::explain() const {
  const auto plan = state_->plans.get(state_->order);
  if (plan) return launch::explain(**plan);
  const launch::Failure& failure = plan.error();
  return LaunchError(state_->order.program, failure.step, failure.subject, failure.error).what();
}

std::expected<launch::InFlightPtr, LaunchError> Command::State::start() const {
  try {
    auto plan = plans.get(order);
    if (!plan) return std::unexpected(failed(order.program, std::move(plan.error())));
    auto record = launch::start(std::move(*plan));
    if (!record) return std::unexpected(failed(order.program, std::move(record.error())));
    return std::move(*record);
  } catch (const std::bad_alloc&) {
    return std::unexpected(failed(order.program, {Step::memory, "for the plan", ENOMEM}));
  }
}

std::expected<Launch, LaunchError> Command::try_start() const {
  auto record = state_->start();
  if (!record) return std::unexpected(std::move(record.error()));
  return Launch(record->release());
}

std::expected<Child, LaunchError> Command::try_spawn() const {
  auto launch = try_start();
  if (!launch) return std::unexpected(std::move(launch.error()));
  return std::move(*launch).finish();
}

Launch Command::start() const {
  auto launch = try_start();
  if (!launch) throw std::move(launch.error());
  return std::move(*launch);
}

Child Command::spawn() const {
  auto child = try_spawn();
  if (!child) throw std::move(child.error());
  return std::move(*child);
}

std::expected<Output, LaunchError> Command::try_output(const OutputOptions& options) const {
  auto record = state_->capturing().start();
  if (!record) return std::unexpected(std::move(record.error()));
  auto child = Launch(record->release()).finish();
  if (!child) return std::unexpected(std::move(child.error()));
  return capture(std::move(*child), options);
}

Output Command::output(const OutputOptions& options) const {
  auto output = try_output(options);
  if (!output) throw std::move(output.error());
  return std::move(*output);
}

}  // namespace forklift
