// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Several launches that succeed or fail together: the stages of a pipeline. When one
// fails, the others are killed, and the error is that of the first stage that
// failed by itself rather than because it was stopped. It never blocks, so that
// an event loop can drive it; `finish` is for callers that may block.

#include "api/launch_group.hpp"

#include <errno.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "api/tree.hpp"
#include "launch/reaper.hpp"

namespace forklift {
namespace {

// Few launches take half as long; then the cost of also waiting for an end is
// saved.
constexpr std::chrono::milliseconds launches_are_over_within(20);

// A fork elsewhere in the program can hold the pipe that should hang up, so a
// slow launch is polled, at growing intervals.
std::chrono::nanoseconds next_look(std::chrono::nanoseconds lasting) {
  using std::chrono::milliseconds;
  return std::clamp<std::chrono::nanoseconds>(lasting / 2, milliseconds(10), milliseconds(500));
}

bool is_gone(Child& child) { return child.pid() < 0 || child.try_wait().has_value(); }

}  // namespace

LaunchGroup::LaunchGroup(std::string program, bool numbered)
    : program_(std::move(program)),
      numbered_(numbered),
      ends_watched_from_(std::chrono::steady_clock::now() + launches_are_over_within) {}

bool LaunchGroup::add(std::expected<Launch, LaunchError> launch) {
  const std::size_t index = launches_.size();
  children_.emplace_back();
  if (launch) {
    launches_.emplace_back(std::move(*launch));
  } else {
    launches_.emplace_back();
    note(index, launch.error());
  }
  return !trouble_;
}

void LaunchGroup::note(std::size_t index, const LaunchError& error) {
  const int stage = numbered_ ? static_cast<int>(index) + 1 : 0;
  trouble_.emplace(error.program(), error.step(), error.subject(), error.code().value(), stage);
}

// The first stage that failed by itself, rather than one stopped because of it.
bool LaunchGroup::is_told_before_trouble(std::size_t index, const LaunchError& error) const {
  if (!trouble_ || trouble_->code() == std::errc::operation_canceled) return true;
  return error.code() != std::errc::operation_canceled &&
         trouble_->stage() > static_cast<int>(index) + 1;
}

// After a failure, a stage that blocks before exec is not waited for: its
// launch kills it.
std::expected<std::vector<Child>, LaunchError> LaunchGroup::finish() {
  for (std::size_t i = 0; i < launches_.size(); ++i) {
    if (!launches_[i]) continue;
    if (trouble_ && !launches_[i]->wait_for(std::chrono::milliseconds(500))) {
      launches_[i].reset();
    } else {
      take(i);
    }
  }
  if (trouble_) end_trees(children_);
  return result();
}

std::span<pollfd> LaunchGroup::poll_entries() {
  entries_.clear();
  blind_ = false;
  // A child may end before its launch hangs up: if it is killed at its first
  // step, its pipe end stays in a message.
  ends_watched_ = stopped_ || std::chrono::steady_clock::now() >= ends_watched_from_;
  for (std::size_t i = 0; i < launches_.size(); ++i) {
    if (launches_[i]) {
      entries_.push_back({launches_[i]->descriptor(), 0, 0});
      if (!ends_watched_) continue;
      entries_.push_back({end_of(i), POLLIN, 0});
      blind_ = blind_ || entries_.back().fd < 0;
    } else if (trouble_ && children_[i].is_awaited()) {
      entries_.push_back({children_[i].announce_end(), POLLIN, 0});
      blind_ = blind_ || entries_.back().fd < 0;
    }
  }
  return entries_;
}

// The descriptor that announces the end of a child before exec.
int LaunchGroup::end_of(std::size_t index) {
  const Launch& launch = *launches_[index];
  if (launch.pidfd() >= 0) return launch.pidfd();
  announced_.resize(launches_.size());
  if (!announced_[index]) {
    if (auto announced = announce_end(launch.pid())) announced_[index] = std::move(*announced);
  }
  return announced_[index].get();
}

std::optional<LaunchGroup::Time> LaunchGroup::deadline() const {
  std::optional<Time> soonest;
  const auto now = std::chrono::steady_clock::now();
  const bool launching =
      std::ranges::any_of(launches_, [](const auto& launch) { return launch.has_value(); });
  if (blind_) {
    soonest = now + std::chrono::milliseconds(10);
  } else if (launching && ends_watched_) {
    soonest = now + next_look(now - (ends_watched_from_ - launches_are_over_within));
  }
  if (!ends_watched_) soonest = ends_watched_from_;
  for (const auto& launch : launches_) {
    const auto deadline = launch && !stopped_ ? launch->deadline() : std::nullopt;
    if (deadline && (!soonest || *deadline < *soonest)) soonest = deadline;
  }
  return soonest;
}

bool LaunchGroup::perform() {
  bool known = true;
  for (std::size_t i = 0; i < launches_.size(); ++i) {
    if (launches_[i]) poll_launch(i);
    known = known && !launches_[i];
  }
  if (trouble_ && !stopped_) stop();
  if (!known) return false;
  if (stopped_ && !trouble_) {
    trouble_.emplace(program_, Step::exec, "cancelled", ECANCELED);
  }
  if (!trouble_) return true;
  return std::ranges::all_of(children_, is_gone);
}

void LaunchGroup::poll_launch(std::size_t index) {
  Launch& launch = *launches_[index];
  if (launch.done()) return take(index);
  const auto deadline = launch.deadline();
  const bool is_overdue = deadline && *deadline <= std::chrono::steady_clock::now();
  if (is_overdue && !stopped_) stop();
  // There is no waiting for what cannot be killed.
  if (!stopped_ || !launch.is_unkillable()) return;
  if (is_overdue) return take(index);
  launches_[index].reset();
}

// Waits if the launch is neither done nor overdue.
void LaunchGroup::take(std::size_t index) {
  auto child = std::move(*launches_[index]).finish(kept_);
  launches_[index].reset();
  if (index < announced_.size()) kept_.push_back(std::move(announced_[index]));
  if (child) {
    children_[index] = std::move(*child);
    if (stopped_) children_[index].signal_or_leave(SIGKILL);
  } else if (is_told_before_trouble(index, child.error())) {
    note(index, child.error());
  }
}

void LaunchGroup::stop() noexcept {
  stopped_ = true;
  for (auto& launch : launches_) {
    if (launch) launch->kill();
  }
  for (Child& child : children_) child.signal_or_leave(SIGKILL);
}

std::expected<std::vector<Child>, LaunchError> LaunchGroup::result() {
  pipes_.clear();
  if (trouble_) return std::unexpected(std::move(*trouble_));
  return std::move(children_);
}

}  // namespace forklift
