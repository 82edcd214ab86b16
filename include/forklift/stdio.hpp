// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <forklift/export.hpp>
#include <string>

namespace forklift {

/// What stands behind one descriptor of a child.
///
/// A value; nothing is opened before the launch. Files are opened by the child,
/// before it changes its directory: paths are the caller's, also /dev/fd/N,
/// /dev/stdin and /proc/self (docs/attributes.md has a table).
class FORKLIFT_EXPORT Stdio {
 public:
  enum class Kind { inherit, null, file, descriptor, pipe, same_as };
  enum class Direction { by_number, to_child, from_child };

  /// The caller's descriptor of the same number, also if it is marked
  /// close-on-exec. One that is closed is an error (EBADF) if this is set, and
  /// /dev/null if it is standard input, output or error and nothing is set.
  static Stdio inherit();
  /// /dev/null.
  static Stdio null();
  /// A file: read as standard input, else written from its start on.
  static Stdio file(std::string path, mode_t mode = 0666);
  static Stdio read(std::string path);
  static Stdio truncate(std::string path, mode_t mode = 0666);
  static Stdio append(std::string path, mode_t mode = 0666);
  /// A file that must not exist yet.
  static Stdio create_new(std::string path, mode_t mode = 0666);
  /// A descriptor of the caller's, who keeps it and its flags.
  ///
  /// Requires: it stays open until the launch has returned.
  static Stdio descriptor(int number);
  /// A pipe whose other end the `Child` holds. The child reads at number 0 and
  /// writes at any other, unless said otherwise.
  static Stdio pipe(Direction direction = Direction::by_number);
  /// What the child has at another of its numbers, for instance
  /// `err(Stdio::same_as(1))` for stderr into stdout.
  static Stdio same_as(int number);

  Kind kind() const noexcept { return kind_; }
  const std::string& path() const noexcept { return path_; }
  int flags() const noexcept { return flags_; }  ///< of open(2); -1: by number
  mode_t mode() const noexcept { return mode_; }
  int number() const noexcept { return number_; }  ///< of `descriptor` and `same_as`
  Direction direction() const noexcept { return direction_; }

 private:
  explicit Stdio(Kind kind) : kind_(kind) {}
  static Stdio open(std::string path, int flags, mode_t mode);

  Kind kind_;
  std::string path_;
  int flags_ = -1;
  mode_t mode_ = 0666;
  int number_ = -1;
  Direction direction_ = Direction::by_number;
};

}  // namespace forklift
