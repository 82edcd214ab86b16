// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace watch {

/// The names of an enumeration, in the order of its values, of which `last` is the last.
template <auto last>
class Names {
  using E = decltype(last);
  static constexpr std::size_t n = static_cast<std::size_t>(last) + 1;

 public:
  /// One name for each value: with more or fewer it does not compile.
  template <class... Text>
  requires(sizeof...(Text) == n) consteval explicit Names(const Text&... names)
      : names_{names...} {}

  std::string of(E value) const { return std::string(names_.at(static_cast<std::size_t>(value))); }

  std::optional<E> find(std::string_view name) const {
    for (std::size_t i = 0; i < n; ++i) {
      if (names_[i] == name) return static_cast<E>(i);
    }
    return std::nullopt;
  }

 private:
  std::array<std::string_view, n> names_;
};

}  // namespace watch
