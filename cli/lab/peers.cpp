// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/peers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lab/contender.hpp"
#include "lab/peer.hpp"
#include "lab/report.hpp"
#include "lab/toolchain.hpp"

namespace lab {
namespace {

// What a runtime takes for itself, generously.
constexpr std::size_t runtime_size = std::size_t{128} << 20;

Kind kind_of(const Toolchain& toolchain, const Recipe& recipe) {
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
  std::vector<Kind> found;
  for (const Toolchain& toolchain : toolchains()) {
    if (const auto recipe = prepare(toolchain)) {
      found.push_back(kind_of(toolchain, *recipe));
      names_.push_back(toolchain.peer);
    } else {
      warn_(fmt::format("{} left out: {}", toolchain.peer, recipe.error()));
    }
  }
  enlist(found);
}

std::vector<Peers::Names> Peers::teams(const Names& others, const Load& load,
                                       std::size_t memory) const {
  std::vector<Names> teams{others};
  if (names_.empty() || load.workers > 1) return teams;
  const std::size_t left = memory - std::min(memory, load.rss);
  const std::size_t at_once = left / (load.rss + runtime_size);
  if (at_once == 0) {
    warn_(
        fmt::format("peers left out at {}: of {} that may be taken, the lab's own process "
                    "leaves {}; ask for less --rss or run on a larger machine",
                    print_size(load.rss), print_size(memory), print_size(left)));
    return teams;
  }
  const bool has_floor = std::ranges::find(others, floor_name) != others.end();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (i > 0 && i % at_once == 0) teams.push_back(has_floor ? Names{floor_name} : Names{});
    teams.back().push_back(names_[i]);
  }
  return teams;
}

void Peers::drop_out(const std::string& name, const std::string& why) {
  std::erase(names_, name);
  warn_(fmt::format("{} left out from here on: {}; try it alone, or do without it", name, why));
}

}  // namespace lab
