// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/sink.hpp>
#include <string>
#include <string_view>

namespace forklift {

/// Splits pieces into lines, each copied at most once and at most `longest`.
class LineSplitter {
 public:
  explicit LineSplitter(const Sink::Lines& lines);

  void take(std::string_view bytes);
  /// Delivers the rest without a newline.
  void finish();

 private:
  void take_part(std::string_view part);
  void deliver(std::string_view part, bool ends, bool newline);

  const Sink::Lines& lines_;
  std::size_t longest_;
  std::string kept_;  // the start of an incomplete line
  bool begins_ = true;
};

}  // namespace forklift
