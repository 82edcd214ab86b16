// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "status_line.hpp"

#include <unistd.h>

#include "output.hpp"

namespace {

// To the beginning of the line, which is emptied.
constexpr const char* anew = "\r\x1b[K";

}  // namespace

StatusLine::StatusLine() : shown_(::isatty(STDERR_FILENO) == 1) {}

StatusLine::~StatusLine() { clear(); }

void StatusLine::show(std::string_view text) {
  if (!shown_) return;
  output::say("{}{}", anew, text);
  drawn_ = true;
}

void StatusLine::clear() {
  if (drawn_) output::say("{}", anew);
  drawn_ = false;
}
