// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <forklift/fd.hpp>
#include <string>
#include <string_view>

namespace watch {

/// A small /proc file that stays open: each read is one system call.
class KeptFile {
 public:
  KeptFile() = default;
  explicit KeptFile(const std::string& path);

  /// False if it does not exist or may not be read.
  bool opened() const { return static_cast<bool>(file_); }
  /// Its current content without the last newline; empty once its owner has
  /// ended. Valid until the next read.
  std::string_view look();

 private:
  forklift::Fd file_;
  std::array<char, 1024> text_{};
};

}  // namespace watch
