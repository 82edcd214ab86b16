// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "run/values.hpp"

#include <fmt/core.h>
#include <grp.h>
#include <linux/securebits.h>
#include <signal.h>
#include <string.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

#include "run/split.hpp"

namespace run {
namespace {

template <typename... Arguments>
[[noreturn]] void refuse(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  throw std::invalid_argument(fmt::format(text, std::forward<Arguments>(arguments)...));
}

template <typename Number>
bool reads(const std::string& text, Number& number, int base = 10) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc() && rest == end;
}

std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

gid_t parse_group(const std::string& text) {
  gid_t number = 0;
  if (reads(text, number)) {
    if (number == static_cast<gid_t>(-1)) refuse("{} means \"unchanged\" to the kernel", number);
    return number;
  }
  const group* const known = ::getgrnam(text.c_str());
  if (!known) refuse("unknown group '{}'", text);
  return known->gr_gid;
}

struct Bit {
  std::string_view name;
  unsigned value;
};
constexpr Bit secure_bits[] = {{"noroot", SECBIT_NOROOT},
                               {"noroot_locked", SECBIT_NOROOT_LOCKED},
                               {"no_setuid_fixup", SECBIT_NO_SETUID_FIXUP},
                               {"no_setuid_fixup_locked", SECBIT_NO_SETUID_FIXUP_LOCKED},
                               {"keep_caps", SECBIT_KEEP_CAPS},
                               {"keep_caps_locked", SECBIT_KEEP_CAPS_LOCKED},
                               {"no_cap_ambient_raise", SECBIT_NO_CAP_AMBIENT_RAISE},
                               {"no_cap_ambient_raise_locked", SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED}};

}  // namespace

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

long parse_number(const std::string& text, long least, long most, const char* what) {
  long number = 0;
  if (!reads(text, number)) refuse("'{}' is not a {}", text, what);
  if (number < least || number > most) {
    refuse("{} is not a {}: {} to {}", number, what, least, most);
  }
  return number;
}

mode_t parse_mode(const std::string& text) {
  unsigned mode = 0;
  if (!reads(text, mode, 8) || mode > 0777) refuse("'{}' is not an octal number up to 777", text);
  return mode;
}

std::pair<std::string, std::string> parse_pair(const std::string& text) {
  const auto sign = text.find('=');
  if (sign == std::string::npos || sign == 0) refuse("expected NAME=VALUE");
  return {text.substr(0, sign), text.substr(sign + 1)};
}

int parse_signal(const std::string& text) {
  int number = 0;
  if (reads(text, number) && number > 0 && number <= SIGRTMAX) return number;
  std::string name = in_capitals(text);
  if (name.starts_with("SIG")) name.erase(0, 3);
  for (number = 1; number <= SIGRTMAX; ++number) {
    const char* const known = ::sigabbrev_np(number);
    if (known && name == known) return number;
  }
  refuse("unknown signal '{}'", text);
}

std::vector<int> parse_signals(const std::string& text) {
  std::vector<int> signals;
  for (const auto& part : split(text, ',')) signals.push_back(parse_signal(part));
  return signals;
}

std::vector<int> parse_set(const std::string& text, const char* what) {
  // More than any kernel is built for (CONFIG_NR_CPUS, CONFIG_NODES_SHIFT).
  constexpr int most = 65'535;
  std::vector<int> numbers;
  for (const auto& part : split(text, ',')) {
    const auto ends = split(part, '-');
    int first = 0, last = 0;
    if (ends.size() > 2 || !reads(ends.front(), first) || !reads(ends.back(), last) ||
        first > last || last > most) {
      refuse("'{}' is not a list of {} such as 0-3,5", text, what);
    }
    for (int number = first; number <= last; ++number) numbers.push_back(number);
  }
  return numbers;
}

std::vector<gid_t> parse_groups(const std::string& text) {
  std::vector<gid_t> groups;
  if (text.empty()) return groups;
  for (const auto& part : split(text, ',')) groups.push_back(parse_group(part));
  return groups;
}

unsigned parse_securebits(const std::string& text) {
  unsigned bits = 0;
  if (reads(text, bits)) return bits;
  for (const auto& part : split(text, ',')) {
    const auto known = std::ranges::find(secure_bits, part, &Bit::name);
    if (known == std::end(secure_bits)) {
      std::string names;
      for (const Bit& bit : secure_bits) names += fmt::format(" {}", bit.name);
      refuse("unknown bit '{}':{}", part, names);
    }
    bits |= known->value;
  }
  return bits;
}

}  // namespace run
