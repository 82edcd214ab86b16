// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/contender.hpp"

#include <stdexcept>

#include "lab/contenders/classic.hpp"
#include "lab/contenders/go.hpp"
#include "lab/contenders/module.hpp"
#include "lab/contenders/ours.hpp"

namespace lab {

std::string_view name(Stage stage) {
  switch (stage) {
    case Stage::running: return "running";
    case Stage::waiting_for_lock: return "waiting for the ForkLock";
    case Stage::launching: return "launching";
    case Stage::waiting_for_child: return "waiting for its child";
  }
  return "";
}

namespace {

std::vector<ContenderKind>& all_kinds() {
  static std::vector<ContenderKind> all = [] {
    std::vector<ContenderKind> found;
    for (auto some : {classic_kinds(), go_kinds(), our_kinds(), module_kinds()}) {
      found.insert(found.end(), some.begin(), some.end());
    }
    return found;
  }();
  return all;
}

}  // namespace

const std::vector<ContenderKind>& kinds() { return all_kinds(); }

void enlist(const std::vector<ContenderKind>& more) {
  all_kinds().insert(all_kinds().end(), more.begin(), more.end());
}

const ContenderKind& kind(const std::string& name) {
  for (const ContenderKind& known : kinds()) {
    if (known.name == name) return known;
  }
  throw std::invalid_argument("unknown contender '" + name + "'");
}

void try_launches(const std::vector<std::string>& names, const std::string& program) {
  for (const std::string& name : names) kind(name).make(program)->launch();
}

}  // namespace lab
