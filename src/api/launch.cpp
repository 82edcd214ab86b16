// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/launch.hpp>

#include <errno.h>

#include <utility>

#include "api/child_parts.hpp"
#include "api/launch_error.hpp"
#include "kernel/cancel_guard.hpp"
#include "kernel/process.hpp"
#include "launch/parent_side.hpp"

namespace forklift {

using kernel::Deadline;
using launch::InFlightPtr;

Launch::Launch(Launch&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}

Launch& Launch::operator=(Launch&& other) noexcept {
  if (this != &other) {
    give_up();
    record_ = std::exchange(other.record_, nullptr);
  }
  return *this;
}

Launch::~Launch() { give_up(); }

void Launch::give_up() noexcept {
  const kernel::CancelGuard guard;
  if (!record_) return;
  InFlightPtr record(std::exchange(record_, nullptr));
  if (!record->observers.empty()) {
    const LaunchError error(record->plan->program, Step::clone, "cancelled", ECANCELED);
    record->observers.ended(&error);
  }
  launch::give_up(std::move(record));
}

pid_t Launch::pid() const noexcept { return record_ ? record_->pid : -1; }

bool Launch::wait_for(std::chrono::nanoseconds limit) const noexcept {
  const kernel::CancelGuard guard;
  return !record_ || record_->observers.await(*record_, Deadline::after(limit));
}

int Launch::descriptor() const noexcept {
  return record_ && record_->plan->pollable ? record_->report.get() : -1;
}

int Launch::pidfd() const noexcept { return record_ ? record_->pidfd.get() : -1; }

std::optional<std::chrono::steady_clock::time_point> Launch::deadline() const noexcept {
  return record_ ? record_->deadline.point() : std::nullopt;
}

void Launch::kill() noexcept {
  if (record_) launch::stop(*record_);
}

// A child that became another user on the way to exec, or has become one since.
bool Launch::is_unkillable() const noexcept {
  return record_ && kernel::send_signal(record_->process(), 0) == -EPERM;
}

std::expected<Child, LaunchError> Launch::finish() && {
  std::vector<Fd> closed;
  return std::move(*this).finish(closed);
}

std::expected<Child, LaunchError> Launch::finish(std::vector<Fd>& kept) && {
  const kernel::CancelGuard guard;
  if (!record_) {
    return std::unexpected(
        failed("", {Step::program, "of a launch that was moved from or finished", EINVAL}));
  }
  InFlightPtr record(std::exchange(record_, nullptr));
  const std::string& program = record->plan->program;
  if (!record->observers.await(*record, record->deadline)) {
    auto error = failed(program, launch::overdue(*record));
    record->observers.ended(&error);
    launch::give_up(std::move(record));
    return std::unexpected(std::move(error));
  }
  record->observers.arrived();
  auto concluded = launch::conclude(*record);
  if (record->report) kept.push_back(std::move(record->report));
  if (!concluded) {
    if (record->pidfd) kept.push_back(std::move(record->pidfd));
    auto error = failed(program, std::move(concluded.error()));
    record->observers.ended(&error);
    return std::unexpected(std::move(error));
  }
  record->observers.ended(nullptr);
  return Child({.pid = record->pid,
                .pidfd = std::move(record->pidfd),
                .mark = record->mark,
                .terminal = std::move(record->terminal),
                .guarantees = launch::guarantees_of(*record),
                .cgroup = record->cgroup.own.release(),
                .pipes = record->ours});
}

}  // namespace forklift
