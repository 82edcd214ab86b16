// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/peers/peers.hpp"

#include <fmt/format.h>

#include <memory>

#include "lab/contender.hpp"
#include "lab/peers/peer.hpp"
#include "quantity.hpp"
#include "lab/peers/toolchain.hpp"

namespace lab {
namespace {

ContenderKind kind_of(const Toolchain& toolchain, const Recipe& recipe) {
  const auto make = [command = recipe.command](const std::string& program) {
    auto words = command;
    words.push_back(program);
    return std::make_unique<Peer>(words);
  };
  return {.name = toolchain.peer,
          .description = fmt::format("{} {} {}, own process", toolchain.language, recipe.version,
                                     toolchain.interface),
          .make = make,
          .own_process = true};
}

}  // namespace

void Peers::find() {
  std::vector<ContenderKind> found;
  for (const Toolchain& toolchain : toolchains()) {
    if (const auto recipe = prepare(toolchain)) {
      found.push_back(kind_of(toolchain, *recipe));
      names_.push_back(toolchain.peer);
    } else {
      warnings_.add(recipe.error());
    }
  }
  enlist(found);
}

std::vector<Team> Peers::join(const Team& others, const Load& load, std::size_t memory) {
  auto teams = form_teams(others, names_, load, memory);
  const bool left_out = teams.size() == 1 && teams.front().size() == others.size();
  if (left_out && !names_.empty() && load.workers == 1) {
    warnings_.add({Warning::Kind::peer,
                   fmt::format("no peer takes part at {}: of the {} that may be taken the lab "
                               "itself leaves too little",
                               print_size(load.rss), print_size(memory)),
                   "ask for less --rss or run on a larger machine"});
  }
  return teams;
}

void Peers::drop_out(const std::string& name, const std::string& why) {
  std::erase(names_, name);
  warnings_.add({Warning::Kind::peer, fmt::format("{} left out from here on: {}", name, why),
                 "try it alone, or do without it"});
}

}  // namespace lab
