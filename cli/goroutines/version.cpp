// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "goroutines/version.hpp"

#include <charconv>

namespace goroutines {
namespace {

// Removes a number from the front; false if there is none.
bool take(std::string_view& text, unsigned& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

Version parse_version(std::string_view text) {
  const auto at = text.find("go");
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + 2);
  Version version;
  if (!take(text, version.major) || !text.starts_with('.')) return {};
  text.remove_prefix(1);
  if (!take(text, version.minor)) return {};
  return version;
}

std::string print(Version version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

}  // namespace goroutines
