// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace forklift::launch {

/// The text in single quotes, with unprintable bytes as \xNN.
std::string quote(std::string_view text);

/// Numbers separated by commas; of many only the first, and how many more.
template <class Number>
std::string enumerate(const std::vector<Number>& numbers) {
  constexpr std::size_t most = 32;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, numbers.size()); ++i) {
    text += (i == 0 ? "" : ",") + std::to_string(numbers[i]);
  }
  if (numbers.size() > most) text += " and " + std::to_string(numbers.size() - most) + " more";
  return text;
}

}  // namespace forklift::launch
