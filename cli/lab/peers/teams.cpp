// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/peers/teams.hpp"

#include <algorithm>

namespace lab {
namespace {

// A generous estimate of a runtime's own memory.
constexpr std::size_t runtime_size = std::size_t{128} << 20;

// The number of peers with room beside this process.
std::size_t room(const Load& load, std::size_t memory) {
  return (memory - std::min(memory, load.rss)) / (load.rss + runtime_size);
}

}  // namespace

std::vector<Team> form_teams(const Team& others, const Team& peers, const Load& load,
                             std::size_t memory) {
  std::vector<Team> teams{others};
  const std::size_t at_once = room(load, memory);
  if (at_once == 0 || load.workers > 1) return teams;
  const bool has_floor = std::ranges::find(others, floor_name) != others.end();
  for (std::size_t i = 0; i < peers.size(); ++i) {
    if (i > 0 && i % at_once == 0) teams.push_back(has_floor ? Team{floor_name} : Team{});
    teams.back().push_back(peers[i]);
  }
  return teams;
}

}  // namespace lab
