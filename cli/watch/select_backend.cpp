// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/select_backend.hpp"

#include <fmt/core.h>

#include "refusal.hpp"

namespace watch {
namespace {

struct Step {
  Rung rung;
  std::unique_ptr<Observer> (*open)(const Wish&, Recording&);
};

constexpr Step steps[] = {{Rung::tracing, observe_by_tracing},
                          {Rung::perf, observe_by_perf},
                          {Rung::sampling, observe_by_sampling}};

[[noreturn]] void refuse(Rung rung, const Unavailable& error) {
  const std::string remedy = error.remedy().empty() ? "" : "; try: " + error.remedy();
  throw Refusal(fmt::format("--rung {}: {}{}", name(rung), error.what(), remedy));
}

}  // namespace

std::unique_ptr<Observer> climb(const Wish& wish, std::optional<Rung> only, Recording& recording) {
  for (const auto& [rung, open] : steps) {
    if (only && *only != rung) continue;
    recording.heading.rung = rung;
    try {
      return open(wish, recording);
    } catch (const Unavailable& error) {
      if (only) refuse(rung, error);
      recording.heading.obstacles.push_back({rung, error.what(), error.remedy()});
    }
  }
  recording.heading.rung = Rung::prediction;
  return nullptr;
}

}  // namespace watch
