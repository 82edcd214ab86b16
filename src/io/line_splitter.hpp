// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/sink.hpp>
#include <string>
#include <string_view>

namespace forklift {

/// Makes lines of pieces, each copied at most once and none longer than asked.
class LineSplitter {
 public:
  explicit LineSplitter(const Sink::Lines& lines);

  void take(std::string_view bytes);
  /// Delivers what has no newline at its end.
  void finish();

 private:
  void take_part(std::string_view part);
  void deliver(std::string_view part, bool ends, bool newline);

  const Sink::Lines& lines_;
  std::size_t longest_;
  std::string kept_;  // of a line whose end is not there yet
  bool begins_ = true;
};

}  // namespace forklift
