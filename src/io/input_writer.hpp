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

/// Puts an input into a child's standard input, as far as the pipe takes it.
class InputWriter {
 public:
  /// Opens what has to be opened. Errors: std::system_error. Requires: `input`
  /// outlives this.
  explicit InputWriter(const Input& input);

  void begin(Fd pipe);
  bool open() const noexcept { return bool(pipe_); }

  /// What to wait for on the pipe, and on the source where that may take long.
  pollfd pipe_entry() const noexcept;
  pollfd source_entry() const noexcept;

  /// Goes on after a wait. Errors: std::system_error of the source or the pipe, or whatever
  /// the callback throws.
  void perform(const pollfd& pipe, const pollfd& source);

  /// Ends it, wherever it stands.
  void give_up() noexcept;
  /// Closes the pipe that it has done with: until then it can still be waited for.
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
