// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/launch.hpp>

#include <utility>

#include "failed.hpp"
#include "launch/engine.hpp"

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
  if (record_) launch::give_up(InFlightPtr(std::exchange(record_, nullptr)));
}

pid_t Launch::pid() const noexcept { return record_ ? record_->pid : -1; }

bool Launch::wait_for(std::chrono::nanoseconds limit) const noexcept {
  return !record_ || launch::await(*record_, Deadline::after(limit));
}

std::expected<Child, LaunchError> Launch::finish() && {
  InFlightPtr record(std::exchange(record_, nullptr));
  const std::string& program = record->plan->program;
  if (!launch::await(*record, record->deadline)) {
    auto error = failed(program, launch::overdue(*record));
    launch::give_up(std::move(record));
    return std::unexpected(std::move(error));
  }
  if (auto concluded = launch::conclude(*record); !concluded) {
    return std::unexpected(failed(program, std::move(concluded.error())));
  }
  Child child;
  child.pid_ = record->pid;
  child.pidfd_ = std::move(record->pidfd);
  child.mark_ = record->mark;
  for (auto& [target, descriptor] : record->ours) {
    if (target <= 2) {
      child.stdio_[target] = std::move(descriptor);
    } else {
      child.others_.emplace_back(target, std::move(descriptor));
    }
  }
  return child;
}

}  // namespace forklift
