// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace forklift::kernel {

/// Whether `value` is one of the named values of its enumeration.
///
/// The compilers print it as "E::name" if so, else as "(E)3".
template <auto value>
consteval bool is_enumerator() {
  constexpr std::string_view mark = "value = ";
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.rfind(mark) + mark.size());
  // An unnamed namespace may be printed in parentheses as well.
  const char first = text[text.rfind(')') + 1];  // at 0 if there is none
  return first < '0' || first > '9';
}

/// The number of values of an enumeration that begins at 0 and has no gaps.
template <class E, std::size_t from = 0>
consteval std::size_t enumerator_count() {
  if constexpr (is_enumerator<static_cast<E>(from)>()) {
    return enumerator_count<E, from + 1>();
  } else {
    return from;
  }
}

}  // namespace forklift::kernel
