// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

/// A line on standard error that is drawn over again while work goes on; nothing
/// where standard error is not a terminal.
class StatusLine {
 public:
  StatusLine();
  StatusLine(const StatusLine&) = delete;
  ~StatusLine();

  /// Whether there is a terminal; else the text need not be made.
  bool shown() const { return shown_; }
  void show(std::string_view text);
  /// Makes room for other lines, until it is drawn again.
  void clear();

 private:
  bool shown_;
  bool drawn_ = false;
};
