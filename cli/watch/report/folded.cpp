// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <algorithm>

#include "watch/analysis/analysis.hpp"
#include "watch/report/report.hpp"

namespace watch {
namespace {

// Semicolons separate the frames, newlines the stacks.
std::string frame(std::string name) {
  for (char& c : name) {
    if (c == ';') c = ':';
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return name;
}

std::string root_first(const Group& place) {
  std::string text;
  for (auto each = place.stack.rbegin(); each != place.stack.rend(); ++each) {
    text += frame(*each) + ";";
  }
  return (text.empty() ? "(no stack);" : text) + frame(place.kind);
}

}  // namespace

std::string as_folded(const Recording& recording) {
  std::string text;
  for (const Group& place : analyze(recording).places) {
    const auto microseconds =
        std::chrono::round<std::chrono::microseconds>(place.victims.time.total).count();
    if (microseconds > 0) text += fmt::format("{} {}\n", root_first(place), microseconds);
  }
  return text;
}

}  // namespace watch
