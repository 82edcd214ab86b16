// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A child with its descendants.

#include "api/tree.hpp"

#include <signal.h>

#include <algorithm>
#include <iterator>

#include "kernel/cancel_guard.hpp"
#include "kernel/cgroup_tree.hpp"
#include "kernel/process.hpp"

namespace forklift {
namespace {

// SIGKILL ends what is stopped, and a signal that stops is meant to.
bool needs_no_continuing(int signal) noexcept {
  constexpr int signals[] = {0, SIGKILL, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
  return std::ranges::find(signals, signal) != std::end(signals);
}

}  // namespace

std::optional<Tree> ask_tree(Child& child, int signal) noexcept {
  const auto reached = child.kill_tree(signal);
  if (!needs_no_continuing(signal)) child.kill_tree(SIGCONT);
  return reached;
}

std::optional<Tree> Child::kill_tree(int signal) noexcept {
  const kernel::CancelGuard guard;
  if (pid_ < 0 || (ended_ && ended_->still_running())) return std::nullopt;
  if (!cgroup_.empty() && kernel::signal_cgroup(cgroup_.c_str(), signal) == 0) {
    return Tree::cgroup;
  }
  if (guarantees_.tree == Tree::group &&
      kernel::send_signal_to_group({pid_, pidfd_.get()}, signal) == 0) {
    return Tree::group;
  }
  if (kill(signal)) return Tree::process;
  return std::nullopt;
}

Child::TreeStop Child::stop_tree(Duration grace) noexcept {
  const auto asked = ask_tree(*this, SIGTERM);
  // Unreaped, it reserves the group's number.
  if (pid_ >= 0 && !ended_) {
    kernel::await_end({pid_, pidfd_.get()}, kernel::Deadline::after(grace));
  }
  const auto forced = kill_tree(SIGKILL);
  return {.status = wait_killed(forced), .reached = std::max(asked, forced)};
}

void end_trees(std::span<Child> children) noexcept {
  for (Child& child : children) child.kill_tree(SIGKILL);
  for (Child& child : children) child.wait_killed(child.kill_tree(SIGKILL));
}

}  // namespace forklift
