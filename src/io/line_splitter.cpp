// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "io/line_splitter.hpp"

#include <algorithm>

namespace forklift {

LineSplitter::LineSplitter(const Sink::Lines& lines)
    : lines_(lines), longest_(std::max<std::size_t>(lines.longest, 1)) {}

void LineSplitter::take(std::string_view bytes) {
  for (;;) {
    const std::size_t end = bytes.find('\n');
    if (end == bytes.npos) return take_part(bytes);
    if (kept_.empty() && end <= longest_) {
      deliver(bytes.substr(0, end), true, true);
    } else {
      take_part(bytes.substr(0, end));
      deliver(kept_, true, true);
    }
    bytes.remove_prefix(end + 1);
  }
}

// A piece is delivered once its line is known to be longer, so that a line of
// the maximum length arrives whole.
void LineSplitter::take_part(std::string_view part) {
  while (kept_.size() + part.size() > longest_) {
    const std::size_t room = longest_ - kept_.size();
    kept_.append(part.substr(0, room));
    part.remove_prefix(room);
    deliver(kept_, false, false);
  }
  kept_.append(part);
}

void LineSplitter::finish() {
  if (!kept_.empty()) deliver(kept_, true, false);
}

void LineSplitter::deliver(std::string_view part, bool ends, bool newline) {
  const bool begins = begins_;
  begins_ = ends;
  lines_.take({.text = part, .begins = begins, .ends = ends, .newline = newline});
  kept_.clear();
}

}  // namespace forklift
