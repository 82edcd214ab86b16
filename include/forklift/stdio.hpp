// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <forklift/export.hpp>
#include <string>

namespace forklift {

/// The source or destination of one descriptor of a child.
///
/// A value; nothing is opened before the launch. The child opens files before it
/// changes its directory, so paths are those of the caller, including /dev/fd/N,
/// /dev/stdin and /proc/self (docs/attributes.md has a table).
class FORKLIFT_EXPORT Stdio {
 public:
  enum class Kind { inherit, null, file, descriptor, pipe, same_as };
  enum class Direction { by_number, to_child, from_child };

  /// The caller's descriptor of the same number, even if it is marked
  /// close-on-exec. If it is closed, the launch fails (EBADF); by default, a closed
  /// standard input, output or error is replaced by /dev/null.
  static Stdio inherit();
  /// /dev/null.
  static Stdio null();
  /// A file: opened for reading as standard input, else truncated and written.
  static Stdio file(std::string path, mode_t mode = 0666);
  static Stdio read(std::string path);
  static Stdio truncate(std::string path, mode_t mode = 0666);
  static Stdio append(std::string path, mode_t mode = 0666);
  /// A file that must not exist yet.
  static Stdio create_new(std::string path, mode_t mode = 0666);
  /// A descriptor of the caller, which stays open there with its flags unchanged.
  ///
  /// Requires: it stays open until the launch has returned.
  static Stdio descriptor(int number);
  /// A pipe whose other end the `Child` holds. By default the child reads from
  /// number 0 and writes to any other.
  static Stdio pipe(Direction direction = Direction::by_number);
  /// The same as another descriptor of the child, for example
  /// `err(Stdio::same_as(1))` to send stderr to stdout.
  static Stdio same_as(int number);

  /// The same, and the child clears O_NONBLOCK before it executes the program, which
  /// else gets EAGAIN where it expects to wait. The flag belongs to the open file, so
  /// the caller's own descriptor blocks from then on, too (`inherit`, `descriptor`). Pipes and
  /// files that the launch itself opens always block.
  ///
  /// Errors: of the launch, `Step::descriptor`, if the kernel refuses.
  /// Cost: one ioctl(2) in the child.
  Stdio blocking() const;

  Kind kind() const noexcept { return kind_; }
  const std::string& path() const noexcept { return path_; }
  int flags() const noexcept { return flags_; }  ///< of open(2); -1: by number
  mode_t mode() const noexcept { return mode_; }
  int number() const noexcept { return number_; }  ///< of `descriptor` and `same_as`
  Direction direction() const noexcept { return direction_; }
  bool is_blocking() const noexcept { return blocking_; }  ///< `blocking` was asked for

 private:
  explicit Stdio(Kind kind) : kind_(kind) {}
  static Stdio open(std::string path, int flags, mode_t mode);

  Kind kind_;
  std::string path_;
  int flags_ = -1;
  mode_t mode_ = 0666;
  int number_ = -1;
  Direction direction_ = Direction::by_number;
  bool blocking_ = false;
};

}  // namespace forklift
