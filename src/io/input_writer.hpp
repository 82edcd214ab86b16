// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <forklift/fd.hpp>
#include <forklift/input.hpp>
#include <memory>
#include <string_view>
#include <utility>

namespace forklift {

/// Writes an input to a child's standard input, as far as the pipe has room.
class InputWriter {
 public:
  /// Opens the files. Errors: std::system_error. Requires: `input` outlives
  /// this.
  explicit InputWriter(const Input& input);

  void begin(Fd pipe);
  bool open() const noexcept { return bool(pipe_); }

  /// The events to wait for on the pipe, and on a source that may block.
  pollfd pipe_entry() const noexcept;
  pollfd source_entry() const noexcept;

  /// Continues after a wait. Errors: std::system_error of the source or the
  /// pipe, or exceptions of the callback.
  void perform(const pollfd& pipe, const pollfd& source);

  /// Ends it at any point.
  void give_up() noexcept;
  /// Closes the finished pipe: until then it can still be polled.
  void release_closed() noexcept { done_with_.reset(); }
  /// Whether it ended before the input did.
  bool refused() const noexcept { return refused_; }

 private:
  bool reads_source() const noexcept { return source_ >= 0 && pending_.empty(); }
  bool refill();
  void refill_from_source();
  void put();
  void close() noexcept {
    if (pipe_) done_with_ = std::move(pipe_);
  }

  const Input& input_;
  Fd file_;
  int source_ = -1;  // borrowed
  std::unique_ptr<char[]> buffer_;
  std::string_view pending_;
  Fd pipe_, done_with_;
  bool wide_ = false;
  bool exhausted_ = false;
  bool refused_ = false;
};

}  // namespace forklift
