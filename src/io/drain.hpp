// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <forklift/fd.hpp>
#include <forklift/sink.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "io/line_splitter.hpp"

namespace forklift {

/// Takes what comes out of one of a child's pipes, or its terminal, to where it shall go.
class Drain {
 public:
  /// Opens what has to be opened. Errors: std::system_error. Requires: `sink`
  /// outlives this.
  Drain(const Sink& sink, std::size_t limit);

  void begin(Fd pipe);
  bool open() const noexcept { return bool(pipe_); }
  /// What to wait for; -1 where there is nothing.
  int pipe() const noexcept { return rests_ ? -1 : pipe_.get(); }

  /// It is a terminal that no process has open now. Closed, it would send SIGHUP to a
  /// child that is about to end; and it may be opened again, which nothing announces.
  bool rests() const noexcept { return rests_; }
  /// From now on the end of a terminal is its end.
  void note_end_of_child() noexcept { child_ended_ = true, rests_ = false; }

  /// Takes what is there; the pipe closes at its end.
  ///
  /// Errors: std::system_error of the pipe or the sink, or whatever the callback throws.
  void read();
  /// The last of it. Whoever still holds the pipe writes into nothing from now on.
  void finish();

  /// Closes the pipe that it has done with: until then it can still be waited for.
  void release_closed() noexcept { done_with_.reset(); }

  bool truncated() const noexcept { return truncated_; }
  std::string take_text();
  Fd take_memfd() noexcept { return std::move(memfd_); }

 private:
  long read_some();
  long read_text();
  long read_and_take();
  long throw_away();
  void take(std::string_view bytes);
  void write(std::string_view bytes);
  void end_of_terminal() noexcept;
  char* buffer();
  void widen_pipe();
  void close() noexcept {
    if (pipe_) done_with_ = std::move(pipe_);
  }

  const Sink::Target& target_;
  std::size_t left_;  // of what may be kept
  Fd pipe_, done_with_;
  std::size_t piece_;  // how much is read at once
  std::unique_ptr<char[]> buffer_;
  std::string text_;
  Fd file_, memfd_;
  Fd null_;
  bool splices_ = true;
  bool rests_ = false;
  bool child_ended_ = false;
  std::optional<LineSplitter> lines_;
  bool truncated_ = false;
};

}  // namespace forklift
