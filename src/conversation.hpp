// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <forklift/child.hpp>
#include <forklift/output.hpp>
#include <span>
#include <vector>

#include "drain.hpp"
#include "feed.hpp"
#include "kernel/deadline.hpp"

namespace forklift {

/// Feeds the first of some children, takes what the last writes, both at once,
/// and waits for all of them.
class Conversation {
 public:
  /// Opens what has to be opened, before there is a child. Requires: `options`
  /// outlive this. Errors: std::system_error.
  explicit Conversation(const OutputOptions& options);

  /// Returns when all have ended and been waited for.
  ///
  /// Errors: std::system_error, or whatever a callback throws; all trees are then
  /// killed and the children reaped.
  void hold(std::span<Child> children);

  /// What has been taken.
  void hand_over(Captured& captured);

 private:
  void talk();
  bool all_have_ended() const noexcept { return running_ == 0; }
  void hurry();
  void wait_for_something();
  void go_on(bool blind);
  void look_at(std::size_t child);
  void end_all() noexcept;

  const OutputOptions& options_;
  Feed in_;
  Drain out_, err_;
  std::span<Child> children_;
  std::size_t running_ = 0;
  std::vector<pollfd> entries_;
  std::vector<bool> ended_;
  kernel::Deadline deadline_ = kernel::Deadline::never();
  bool timed_out_ = false;
  bool drain_passed_ = false;
};

}  // namespace forklift
