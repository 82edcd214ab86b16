// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace watch {

/// The names of an enumeration, in the order of its values.
template <class E, std::size_t n>
class Names {
 public:
  constexpr explicit Names(std::array<std::string_view, n> names) : names_(names) {}

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
