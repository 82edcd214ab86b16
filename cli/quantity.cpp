// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "quantity.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <utility>

namespace {

struct Quantity {
  double number = 0;
  std::string unit;
};

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Quantity split(const std::string& text, const char* what) {
  Quantity quantity;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, quantity.number);
  if (error != std::errc() || !std::isfinite(quantity.number) || quantity.number < 0) {
    throw std::invalid_argument(fmt::format("'{}' is not a {}", text, what));
  }
  quantity.unit.assign(rest, end);
  return quantity;
}

constexpr const char* a_size = "size such as 4G or 512M";

std::size_t bytes(const std::string& text, const Quantity& quantity, const char* what) {
  std::string unit = in_lower_case(quantity.unit);
  if (unit.ends_with("b")) unit.pop_back();
  if (unit.size() == 2 && unit.ends_with("i")) unit.pop_back();
  constexpr std::string_view units = "kmgt";
  const auto power = unit.size() == 1 ? units.find(unit) : std::string_view::npos;
  if (!unit.empty() && power == std::string_view::npos) {
    throw std::invalid_argument(fmt::format("'{}' is not a {}", text, what));
  }
  const double size =
      std::ldexp(quantity.number, unit.empty() ? 0 : 10 * (static_cast<int>(power) + 1));
  if (size >= std::ldexp(1.0, 63)) {
    throw std::invalid_argument(fmt::format("'{}' is more than any machine has", text));
  }
  return static_cast<std::size_t>(size);
}

// Three digits; what would round to a thousand is printed in the next unit.
std::string in_units(double number, double step, std::initializer_list<const char*> units) {
  const char* const* unit = units.begin();
  for (; number >= 999.5 && unit + 1 < units.end(); ++unit) number /= step;
  return fmt::format("{:.3g} {}", number, *unit);
}

}  // namespace

std::size_t parse_size(const std::string& text) { return bytes(text, split(text, a_size), a_size); }

std::size_t parse_count(const std::string& text, std::size_t least, std::size_t most) {
  std::size_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc() && rest == end && count >= least && count <= most) return count;
  throw std::invalid_argument(fmt::format("'{}' is not a number from {} to {}", text, least, most));
}

std::size_t parse_count(const std::string& text, std::size_t most) {
  return parse_count(text, 1, most);
}

// What is not between two numbers is NaN, too.
double parse_real(const std::string& text, double least, double most) {
  const Quantity quantity = split(text, "number");
  if (quantity.unit.empty() && quantity.number >= least && quantity.number <= most) {
    return quantity.number;
  }
  throw std::invalid_argument(fmt::format("'{}' is not a number from {} to {}", text, least, most));
}

std::size_t parse_rate(const std::string& text) {
  constexpr const char* a_rate = "rate such as 256M/s";
  Quantity quantity = split(text, a_rate);
  quantity.unit = in_lower_case(quantity.unit);
  if (quantity.unit.ends_with("/s")) quantity.unit.resize(quantity.unit.size() - 2);
  return bytes(text, quantity, a_rate);
}

std::chrono::milliseconds parse_duration(const std::string& text) {
  constexpr const char* a_duration = "duration such as 500ms, 30s or 2m";
  const Quantity quantity = split(text, a_duration);
  double scale = 0;
  if (quantity.unit == "ms") scale = 1;
  if (quantity.unit == "s") scale = 1000;
  if (quantity.unit == "m") scale = 60'000;
  // Without a unit only 0 is unambiguous.
  if (scale == 0 && !(quantity.unit.empty() && quantity.number == 0)) {
    throw std::invalid_argument(fmt::format("'{}' is not a {}", text, a_duration));
  }
  const double most = 1e15;
  return std::chrono::milliseconds(std::llround(std::min(quantity.number * scale, most)));
}

std::chrono::nanoseconds parse_time(const std::string& text) {
  constexpr const char* a_time = "time such as 1.5s, 200ms, 2m or 1h";
  constexpr std::pair<const char*, double> units[] = {{"", 1e9},     {"ns", 1},      {"us", 1e3},
                                                      {"ms", 1e6},   {"s", 1e9},     {"m", 60e9},
                                                      {"h", 3600e9}, {"d", 86'400e9}};
  const Quantity quantity = split(text, a_time);
  for (const auto& [unit, scale] : units) {
    if (quantity.unit != unit) continue;
    const double most = 9e18;  // some 285 years
    const auto time = std::llround(std::min(quantity.number * scale, most));
    // Zero may mean "no limit", so a positive value must stay positive.
    return std::chrono::nanoseconds(time == 0 && quantity.number > 0 ? 1 : time);
  }
  throw std::invalid_argument(fmt::format("'{}' is not a {}", text, a_time));
}

std::string print_size(std::size_t bytes) {
  if (bytes == 0) return "0 MiB";
  return in_units(static_cast<double>(bytes) / 1024, 1024, {"KiB", "MiB", "GiB", "TiB"});
}

std::string print_time(double microseconds) {
  if (microseconds < 0) return "-" + print_time(-microseconds);
  if (microseconds < 999.5) return fmt::format("{:.0f} us", microseconds);
  if (microseconds < 999'500) return fmt::format("{:.3g} ms", microseconds / 1000);
  return print_count(microseconds / 1'000'000) + " s";
}

std::string print_count(double count) {
  if (count >= 999'500) return in_units(count / 1e6, 1000, {"million", "billion", "trillion"});
  if (count < 99.95) return fmt::format("{:.3g}", count);
  std::string text = fmt::format("{:.0f}", count);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}
