// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <forklift/fd.hpp>
#include <string>
#include <string_view>

namespace watch {

/// A small file of /proc that stays open, so that each look is one system call.
class KeptFile {
 public:
  KeptFile() = default;
  explicit KeptFile(const std::string& path);

  /// False if it does not exist or may not be read.
  bool opened() const { return static_cast<bool>(file_); }
  /// What it says now, without its last line's end; empty once its owner has
  /// ended. Good until the next look.
  std::string_view look();

 private:
  forklift::Fd file_;
  std::array<char, 1024> text_{};
};

}  // namespace watch
