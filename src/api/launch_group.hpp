// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <forklift/child.hpp>
#include <forklift/error.hpp>
#include <forklift/fork_lock.hpp>
#include <forklift/launch.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/pollable.hpp"

namespace forklift {

/// Launches that all succeed or all fail: the stages of a pipeline, or a single
/// one.
class LaunchGroup final : public Pollable {
 public:
  /// `program`, of the first one, and `numbered`, whether they are stages, are
  /// for errors.
  LaunchGroup(std::string program, bool numbered);

  /// Adds the next launch, or its error; false: no more launches are accepted.
  bool add(std::expected<Launch, LaunchError> launch);

  /// Keeps pipes open until the outcome of all is known: until then no stage
  /// sees the end of its input, so an incomplete pipeline has no effect.
  void keep_open(std::vector<Pipe> pipes) { pipes_ = std::move(pipes); }

  /// Waits for all.
  std::expected<std::vector<Child>, LaunchError> finish();

  // Requires: every launch was started with `Notice::hang_up`.
  std::span<pollfd> poll_entries() override;
  std::optional<Time> deadline() const override;
  bool perform() override;
  void release_closed() noexcept override { kept_.clear(); }
  /// Kills them all, whatever the signal.
  void cancel(int) noexcept override { stop(); }
  /// Once. Requires: `perform` returned true.
  std::expected<std::vector<Child>, LaunchError> result();

 private:
  void note(std::size_t index, const LaunchError& error);
  void poll_launch(std::size_t index);
  void take(std::size_t index);
  bool is_told_before_trouble(std::size_t index, const LaunchError& error) const;
  void stop() noexcept;
  int end_of(std::size_t index);

  std::string program_;
  bool numbered_;
  std::vector<std::optional<Launch>> launches_;  // empty: outcome known
  std::vector<Child> children_;                  // by the index of their launch
  std::vector<pollfd> entries_;
  std::optional<LaunchError> trouble_;
  std::vector<Fd> announced_;  // the ends of launches, without pidfds
  std::vector<Fd> kept_;
  std::vector<Pipe> pipes_;
  Time ends_watched_from_;
  bool ends_watched_ = false;
  bool stopped_ = false;
  bool blind_ = false;  // the end of a child is not announced
};

}  // namespace forklift
