// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/report/text/page.hpp"

#include <algorithm>
#include <cmath>

#include "recording/wording.hpp"

namespace watch::text {
namespace {

constexpr const char* bold = "\x1b[1m";
constexpr const char* accent = "\x1b[1;36m";
constexpr const char* plain = "\x1b[0m";

// Includes the control characters of two bytes in UTF-8, 0x80 to 0x9f.
std::string without_controls(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) text[i] = '?';
    if (byte != 0xc2 || i + 1 == text.size()) continue;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (second >= 0x80 && second < 0xa0) text.replace(i, 2, "?");
  }
  return text;
}

// A figure stays on one line with its mark and its unit.
bool belong_together(const std::string& before, const std::string& word) {
  constexpr std::string_view units[] = {"ns", "us", "ms", "s", "%", "KiB", "MiB", "GiB", "TiB"};
  const std::string unit = word.substr(0, word.find_first_of(",.;:)"));
  const char last = before.back();
  return before.ends_with("≈") ||
         (last >= '0' && last <= '9' && std::ranges::find(units, unit) != std::end(units));
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!words.empty() && belong_together(words.back(), word)) {
      words.back() += " " + word;
    } else if (!word.empty()) {
      words.push_back(word);
    }
    begin = end + 1;
  }
  return words;
}

// Eighths of a column, from none to a full one.
constexpr const char* lying[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
constexpr const char* standing[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

}  // namespace

void Page::put(const std::string& words, const char* style) {
  const std::size_t used = words.find_last_not_of(' ') + 1;
  const std::string shown = shorten(words.substr(0, used), width);
  text_ += colour_ && *style ? style + shown + plain : shown;
  text_ += '\n';
}

void Page::wrapped(const std::string& mark, const std::string& text, const char* style) {
  const std::size_t indent = columns(mark);
  std::string line = mark;
  bool is_empty = true;
  for (const std::string& word : words_of(without_controls(text))) {
    if (!is_empty && columns(line) + 1 + columns(word) > width) {
      put(line, style);
      line.assign(indent, ' ');
      is_empty = true;
    }
    line += (is_empty ? "" : " ") + word;
    is_empty = false;
  }
  put(line, style);
}

void Page::blank() { text_ += '\n'; }

void Page::title(const std::string& words) {
  blank();
  put(without_controls(words), accent);
}

void Page::paragraph(const std::string& mark, const std::string& words) {
  wrapped(mark, words, "");
}

void Page::strong(const std::string& mark, const std::string& words) { wrapped(mark, words, bold); }

void Page::row(const std::string& name, const std::string& words) {
  wrapped("  " + left(without_controls(name), 16) + "  ", words, "");
}

void Page::line(const std::string& words) { put(without_controls(words), ""); }

std::string left(const std::string& text, std::size_t wanted) {
  const std::string shown = shorten(text, wanted);
  return shown + std::string(wanted - columns(shown), ' ');
}

std::string right(const std::string& text, std::size_t wanted) {
  const std::string shown = shorten(text, wanted);
  return std::string(wanted - columns(shown), ' ') + shown;
}

std::string bar(double share, std::size_t wanted) {
  const double all = std::clamp(share, 0.0, 1.0) * static_cast<double>(wanted) * 8;
  // A value above 0 is always visible.
  const auto eighths = static_cast<std::size_t>(all > 0 ? std::max(1.0, std::round(all)) : 0);
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += lying[8];
  return text + lying[eighths % 8];
}

std::string sparkline(std::vector<double> figures, std::size_t wanted) {
  const std::size_t each = (figures.size() + wanted - 1) / std::max<std::size_t>(wanted, 1);
  std::vector<double> shown;
  for (std::size_t i = 0; i < figures.size(); i += each) {
    const auto end = std::min(i + each, figures.size());
    shown.push_back(*std::max_element(figures.begin() + static_cast<std::ptrdiff_t>(i),
                                      figures.begin() + static_cast<std::ptrdiff_t>(end)));
  }
  const double most = shown.empty() ? 0 : std::ranges::max(shown);
  std::string text;
  for (const double figure : shown) {
    const double height = most > 0 ? std::ceil(figure / most * 8) : 0;
    text += standing[static_cast<std::size_t>(std::clamp(height, 0.0, 8.0))];
  }
  return text;
}

}  // namespace watch::text
