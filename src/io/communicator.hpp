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

/// Writes the first child's input, reads the last one's output at the same
/// time, and waits for all: in one call, or step by step for an event loop.
class Communicator final : public Pollable {
 public:
  /// Opens the files, before there is a child. Requires: `options` outlive
  /// this. Errors: std::system_error.
  explicit Communicator(const OutputOptions& options);

  /// Returns when all have ended and been reaped.
  ///
  /// Errors: std::system_error, or exceptions of callbacks; all trees are then
  /// killed and the children reaped.
  void run(std::span<Child> children);

  /// Takes over the children's pipes. Requires: the children are not moved.
  void begin(std::span<Child> children);
  std::span<pollfd> poll_entries() override;
  /// Whether it is the source of the input.
  bool reads_from(int descriptor) const noexcept {
    return in_.source_entry().fd == descriptor && descriptor >= 0;
  }
  std::optional<Time> deadline() const override { return next_deadline().point(); }
  /// Errors: as `run`, with nothing killed.
  bool perform() override;
  void release_closed() noexcept override;
  /// When all have ended, abandons the data left in the pipes.
  void cancel(int signal) noexcept override;

  /// The captured data.
  void take_result(Captured& captured);

 private:
  kernel::Deadline next_deadline() const noexcept { return blind_ ? next_look_ : deadline_; }
  bool all_have_ended() const noexcept { return running_ == 0; }
  bool is_over() const noexcept { return all_have_ended() && !out_.open() && !err_.open(); }
  void serve();
  void escalate();
  void signal_children(int signal) noexcept;
  void poll_child(std::size_t child);
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
  bool blind_ = false;     // nothing announces the end of a child, or its terminal
  bool may_wait_ = false;  // the calling thread runs no event loop
  bool timed_out_ = false;
  bool drain_passed_ = false;
};

/// Communicates with children that already run. Errors: as `run`, also if a
/// file cannot be opened.
void communicate_with(std::span<Child> children, const OutputOptions& options, Captured& captured);

}  // namespace forklift
