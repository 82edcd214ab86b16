// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace {

// Optimal string alignment: edits, and exchanges of neighbours.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::vector<std::size_t>> cost(from.size() + 1,
                                             std::vector<std::size_t>(to.size() + 1));
  for (std::size_t i = 0; i <= from.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= to.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t change = from[i - 1] == to[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      const bool exchanged = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (exchanged) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[from.size()][to.size()];
}

// A name that continues the word is as near as one with one error.
std::size_t distance_of(std::string_view word, std::string_view name) {
  constexpr std::size_t enough_to_begin = 3;
  const std::size_t letters = word.size() - std::min(word.find_first_not_of('-'), word.size());
  if (letters >= enough_to_begin && name.starts_with(word)) return 1;
  return distance(word, name);
}

}  // namespace

std::string did_you_mean(std::string_view word, std::span<const std::string> names) {
  constexpr std::size_t longest = 64, short_word = 4;
  if (word.size() > longest) return "";
  const std::size_t most = word.size() < short_word ? 1 : 2;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  std::string_view nearest;
  for (const std::string& name : names) {
    const std::size_t found = distance_of(word, name);
    if (found < least) least = found, nearest = name;
  }
  return least <= most ? " (did you mean '" + std::string(nearest) + "'?)" : "";
}
