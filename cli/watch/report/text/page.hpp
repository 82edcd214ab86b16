// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace watch::text {

constexpr std::size_t width = 100;

/// Lines for a screen, at most as wide as it. Control characters in names of
/// programs are removed.
class Page {
 public:
  explicit Page(bool colour) : colour_(colour) {}

  void blank();
  /// The heading of a section.
  void title(const std::string& words);
  /// Wrapped; continuation lines start below its text, after the mark.
  void paragraph(const std::string& mark, const std::string& words);
  /// The same in bold.
  void strong(const std::string& mark, const std::string& words);
  /// A name and, beside it, its text.
  void row(const std::string& name, const std::string& words);
  /// Unchanged, cut at the edge.
  void line(const std::string& words);

  const std::string& text() const { return text_; }

 private:
  void put(const std::string& words, const char* style);
  void wrapped(const std::string& mark, const std::string& words, const char* style);

  const bool colour_;
  std::string text_;
};

/// Text padded with blanks to a number of columns, or shortened.
std::string left(const std::string& text, std::size_t columns);
std::string right(const std::string& text, std::size_t columns);

/// A bar of at most this many columns, to an eighth of one.
std::string bar(double share, std::size_t columns);
/// One column per figure, at most `columns`: more figures are merged.
std::string sparkline(std::vector<double> figures, std::size_t columns);

}  // namespace watch::text
