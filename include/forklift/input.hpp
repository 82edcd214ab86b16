// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace forklift {

/// What a child is given to read on its standard input. A value.
class Input {
 public:
  /// Gives the next piece, which stays valid until it is called again; an empty
  /// one is the end.
  using Next = std::function<std::string_view()>;
  struct File {
    std::string path;
  };
  struct Descriptor {
    int number = -1;
  };
  using Source =
      std::variant<std::monostate, std::string, std::string_view, Next, File, Descriptor>;

  /// Nothing: the end at once.
  Input() = default;
  Input(std::string text) : source_(std::move(text)) {}
  Input(const char* text) : source_(std::string(text)) {}
  /// Text of the caller's, which stays valid as long as the child is fed.
  static Input borrowed(std::string_view text) { return Input(Source(text)); }
  /// Whatever a callback gives, on the thread that communicates.
  static Input from(Next next) { return Input(Source(std::move(next))); }
  /// A file's content, by path. (`Command::in(Stdio::read(path))` gives the child
  /// the file itself, which is faster.)
  static Input file(std::string path) { return Input(Source(File{std::move(path)})); }
  /// What comes from a descriptor of the caller's, until its end.
  static Input descriptor(int number) { return Input(Source(Descriptor{number})); }

  bool empty() const noexcept { return std::holds_alternative<std::monostate>(source_); }
  const Source& source() const noexcept { return source_; }

 private:
  explicit Input(Source source) : source_(std::move(source)) {}

  Source source_;
};

}  // namespace forklift
