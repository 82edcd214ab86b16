// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/peers/teams.hpp"

#include <doctest/doctest.h>

using lab::form_teams;
using lab::Load;
using lab::Team;

namespace {

constexpr std::size_t gibibyte = std::size_t{1} << 30;
const Team others{"fork", "vfork"};
const Team peers{"a", "b", "c"};

}  // namespace

TEST_CASE("peers that fit into memory together are in one team with all others") {
  const auto teams = form_teams(others, peers, {.rss = gibibyte}, 6 * gibibyte);
  CHECK(teams == std::vector<Team>{{"fork", "vfork", "a", "b", "c"}});
}

TEST_CASE("peers that do not fit beside the first make teams with the floor") {
  const auto teams = form_teams(others, peers, {.rss = 4 * gibibyte}, 11 * gibibyte);
  CHECK(teams == std::vector<Team>{{"fork", "vfork", "a"}, {"vfork", "b"}, {"vfork", "c"}});
  const auto pairs = form_teams(others, peers, {.rss = 3 * gibibyte}, 10 * gibibyte);
  CHECK(pairs == std::vector<Team>{{"fork", "vfork", "a", "b"}, {"vfork", "c"}});
}

TEST_CASE("no floor joins further teams where it was not asked for") {
  const auto teams = form_teams({"fork"}, peers, {.rss = 4 * gibibyte}, 11 * gibibyte);
  CHECK(teams == std::vector<Team>{{"fork", "a"}, {"b"}, {"c"}});
}

TEST_CASE("no peer takes part where memory holds none or several workers launch") {
  const std::vector<Team> alone{others};
  CHECK(form_teams(others, peers, {.rss = 4 * gibibyte}, 8 * gibibyte) == alone);
  CHECK(form_teams(others, peers, {.rss = 4 * gibibyte}, 2 * gibibyte) == alone);
  CHECK(form_teams(others, peers, {.rss = 0, .workers = 2}, 8 * gibibyte) == alone);
  CHECK(form_teams(others, {}, {.rss = 0}, 8 * gibibyte) == alone);
}
