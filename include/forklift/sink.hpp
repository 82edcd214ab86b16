// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace forklift {

/// A line that a child wrote, or a piece of one that is too long.
struct Line {
  std::string_view text;  ///< without its newline; valid during the call
  bool begins = true;     ///< false: the piece before belongs to the same line
  bool ends = true;       ///< false: there is more of this line
  bool newline = true;    ///< false: not the end of a line, or the stream's end
};

/// The destination of a child's output. A value.
class Sink {
 public:
  struct Memory {};
  struct Discard {};
  struct File {
    std::string path;
    int flags;  ///< of open(2): O_TRUNC or O_APPEND
    mode_t mode;
  };
  struct Memfd {
    bool sealed;
  };
  struct Lines {
    std::function<void(const Line&)> take;
    std::size_t longest;
  };
  struct Pieces {
    std::function<void(std::string_view)> take;
  };
  using Target = std::variant<Memory, Discard, File, Memfd, Lines, Pieces>;

  /// A string in the result.
  Sink() = default;
  static Sink memory() { return Sink(); }
  /// Reads and discards, without copying.
  static Sink discard() { return Sink(Discard{}); }
  /// A file, truncated first. (`Command::out(Stdio::file(path))` passes the file
  /// itself to the child, which is faster but has no limit.)
  static Sink file(std::string path, mode_t mode = 0666) {
    return Sink(File{std::move(path), O_TRUNC, mode});
  }
  static Sink append(std::string path, mode_t mode = 0666) {
    return Sink(File{std::move(path), O_APPEND, mode});
  }
  /// A file in memory (memfd_create(2)) in the result, positioned at its start and
  /// sealed: its content can no longer change.
  static Sink memfd(bool sealed = false) { return Sink(Memfd{sealed}); }
  /// A callback for each line, also for a last one without a newline, on the
  /// thread that communicates. Lines longer than `longest` bytes arrive in pieces.
  static Sink lines(std::function<void(const Line&)> take, std::size_t longest = 65536) {
    return Sink(Lines{std::move(take), longest});
  }
  /// A callback for each piece that is read from the pipe.
  static Sink pieces(std::function<void(std::string_view)> take) {
    return Sink(Pieces{std::move(take)});
  }

  const Target& target() const noexcept { return target_; }

 private:
  explicit Sink(Target target) : target_(std::move(target)) {}

  Target target_;
};

}  // namespace forklift
