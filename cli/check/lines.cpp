// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/lines.hpp"

#include <algorithm>

namespace check {

std::string paragraph(std::string_view first, std::string_view next, std::string_view text) {
  std::string result(first);
  std::size_t column = first.size();
  bool begins = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (!begins && column + 1 + word.size() > columns) {
      result += "\n" + std::string(next);
      column = next.size();
      begins = true;
    }
    result += (begins ? "" : " ") + std::string(word);
    column += word.size() + (begins ? 0 : 1);
    begins = false;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return result + "\n";
}

std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace check
