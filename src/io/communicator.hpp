// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/child.hpp>
#include <forklift/output.hpp>
#include <span>
#include <vector>

#include "api/pollable.hpp"
#include "io/drain.hpp"
#include "io/input_writer.hpp"
#include "kernel/deadline.hpp"

namespace forklift {

/// Feeds the first of some children, takes what the last writes, both at once,
/// and waits for all of them: in one go, or piece by piece as an event loop says.
class Communicator final : public Pollable {
 public:
  /// Opens what has to be opened, before there is a child. Requires: `options`
  /// outlive this. Errors: std::system_error.
  explicit Communicator(const OutputOptions& options);

  /// Returns when all have ended and been waited for.
  ///
  /// Errors: std::system_error, or whatever a callback throws; all trees are then
  /// killed and the children reaped.
  void hold(std::span<Child> children);

  /// Takes over the children's pipes. Requires: the children stay where they are.
  void begin(std::span<Child> children);
  std::span<pollfd> poll_entries() override;
  /// Whether it is the source of the input.
  bool reads_from(int descriptor) const noexcept {
    return in_.source_entry().fd == descriptor && descriptor >= 0;
  }
  std::optional<Time> deadline() const override { return next_deadline().point(); }
  /// Errors: as `hold`, with nothing killed.
  bool perform() override;
  void release_closed() noexcept override;
  /// When all have ended, gives up what is left in the pipes.
  void cancel(int signal) noexcept override;

  /// What has been taken.
  void hand_over(Captured& captured);

 private:
  kernel::Deadline next_deadline() const noexcept { return blind_ ? next_look_ : deadline_; }
  bool all_have_ended() const noexcept { return running_ == 0; }
  bool is_over() const noexcept { return all_have_ended() && !out_.open() && !err_.open(); }
  void serve();
  void escalate();
  void leave(std::size_t child) noexcept;
  void look_at(std::size_t child);
  void finish();

  const OutputOptions& options_;
  InputWriter in_;
  Drain out_, err_;
  std::span<Child> children_;
  std::size_t running_ = 0;
  std::vector<pollfd> entries_;
  std::vector<bool> ended_;
  kernel::Deadline deadline_ = kernel::Deadline::never();
  kernel::Deadline next_look_ = kernel::Deadline::never();
  bool blind_ = false;  // nothing announces the end of a child
  bool may_wait_ = false;  // the calling thread is nobody's loop
  bool timed_out_ = false;
  bool drain_passed_ = false;
};

/// Holds a conversation with children who run already. Errors: as `hold`, also
/// if something cannot be opened.
void converse(std::span<Child> children, const OutputOptions& options, Captured& captured);

}  // namespace forklift
