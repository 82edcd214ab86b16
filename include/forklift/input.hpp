// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace forklift {

/// The data for a child's standard input. A value.
class Input {
 public:
  /// Returns the next piece, which stays valid until the next call; an empty piece
  /// is the end.
  using Next = std::function<std::string_view()>;
  struct File {
    std::string path;
  };
  struct Descriptor {
    int number = -1;
  };
  using Source =
      std::variant<std::monostate, std::string, std::string_view, Next, File, Descriptor>;

  /// No data: end of file at once.
  Input() = default;
  Input(std::string text) : source_(std::move(text)) {}
  Input(const char* text) : source_(std::string(text)) {}
  /// Text that the caller keeps valid until the input has been written.
  static Input borrowed(std::string_view text) { return Input(Source(text)); }
  /// The pieces that a callback returns, called on the thread that communicates.
  static Input from(Next next) { return Input(Source(std::move(next))); }
  /// The content of a file, by path. (`Command::in(Stdio::read(path))` passes the
  /// file itself to the child, which is faster.)
  static Input file(std::string path) { return Input(Source(File{std::move(path)})); }
  /// The data read from a descriptor of the caller, until end of file.
  static Input descriptor(int number) { return Input(Source(Descriptor{number})); }

  bool empty() const noexcept { return std::holds_alternative<std::monostate>(source_); }
  const Source& source() const noexcept { return source_; }

 private:
  explicit Input(Source source) : source_(std::move(source)) {}

  Source source_;
};

}  // namespace forklift
