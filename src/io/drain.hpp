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

/// Moves the output of one of a child's pipes, or of its terminal, to its sink.
class Drain {
 public:
  /// Opens the files. Errors: std::system_error. Requires: `sink` outlives
  /// this.
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

  /// Reads the available data; the pipe closes at its end.
  ///
  /// Errors: std::system_error of pipe or sink; exceptions of the callback.
  void read();
  /// Reads the rest. Later writes to the pipe find no reader.
  void finish();

  /// Closes the finished pipe: until then it can still be polled.
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
  std::size_t left_;  // remaining capacity
  Fd pipe_, done_with_;
  std::size_t piece_;  // size of one read
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
