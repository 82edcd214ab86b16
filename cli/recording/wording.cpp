// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "recording/wording.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "quantity.hpp"

namespace watch {
namespace {

constexpr const char* left_out = "..";

bool continues_a_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

}  // namespace

std::string say(Nanoseconds time) {
  const std::chrono::duration<double, std::micro> microseconds = time;
  if (microseconds.count() < 0) return "-" + say(-time);
  // A value that rounds up to the next unit is printed in that unit.
  if (microseconds.count() >= 999.5 && microseconds.count() < 1000) return "1 ms";
  if (microseconds.count() >= 999'500 && microseconds.count() < 1'000'000) return "1 s";
  if (microseconds.count() >= 999'500'000) return say_count(microseconds.count() / 1e6) + " s";
  return print_time(microseconds.count());
}

std::string say_size(std::uint64_t bytes) {
  constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB"};
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; size >= 1000 && unit + 1 < std::size(units); ++unit) size /= 1024;
  return fmt::format("{:.3g} {}", size, units[unit]);
}

std::string say_count(double count) {
  if (count >= 999'500) {
    constexpr const char* words[] = {"million", "billion", "trillion"};
    std::size_t word = 0;
    for (count /= 1e6; count >= 999.5 && word + 1 < std::size(words); ++word) count /= 1000;
    return fmt::format("{:.3g} {}", count, words[word]);
  }
  if (count < 99.95) return fmt::format("{:.3g}", count);
  std::string text = fmt::format("{:.0f}", count);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string say_share(double share) {
  const double percent = share * 100;
  if (percent > 0 && percent < 0.1) return "less than 0.1 %";
  return percent < 10 ? fmt::format("{:.2g} %", percent) : fmt::format("{:.0f} %", percent);
}

std::string say_several(std::size_t count, const std::string& noun) {
  return say_count(static_cast<double>(count)) + " " + noun + (count == 1 ? "" : "s");
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
