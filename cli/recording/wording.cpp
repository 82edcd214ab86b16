// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "recording/wording.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

namespace watch {
namespace {

constexpr const char* left_out = "..";

bool continues_a_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

}  // namespace

std::string say(Nanoseconds time) {
  return print_time(std::chrono::duration<double, std::micro>(time).count());
}

std::string say_share(double share) {
  const double percent = share * 100;
  if (percent > 0 && percent < 0.1) return "less than 0.1 %";
  return percent < 10 ? fmt::format("{:.2g} %", percent) : fmt::format("{:.0f} %", percent);
}

std::string say_several(std::size_t count, const std::string& noun) {
  return print_count(static_cast<double>(count)) + " " + noun + (count == 1 ? "" : "s");
}

std::size_t columns(const std::string& text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues_a_character));
}

std::string shorten(const std::string& text, std::size_t width) {
  if (columns(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t column = 2; column < width; ++column) {
    ++end;
    while (end < text.size() && continues_a_character(text[end])) ++end;
  }
  return text.substr(0, end) + left_out;
}

std::string say(const Stack& stack, std::size_t width) {
  if (stack.empty()) return "(no stack)";
  constexpr std::size_t longest_name = 40;
  constexpr const char* called_by = " < ";
  std::string whole, fitting;  // with room for the omission mark
  for (const std::string& name : stack) {
    whole += (whole.empty() ? "" : called_by) + shorten(name, longest_name);
    if (columns(whole) + 5 <= width) fitting = whole + called_by + left_out;
  }
  if (columns(whole) <= width) return whole;
  return fitting.empty() ? shorten(whole, width) : fitting;
}

}  // namespace watch
