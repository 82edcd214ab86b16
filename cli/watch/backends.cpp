// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/backends.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "watch/observer.hpp"

namespace watch {
namespace {

// What each is good for.
constexpr std::array<std::pair<Rung, const char*>, 4> rungs{
    {{Rung::tracing, "every call, every thread that waits for it, and why (eBPF)"},
     {Rung::perf, "every call and every wait of one's own processes, causes inferred"},
     {Rung::sampling, "long calls and waits, from frequent looks at /proc"},
     {Rung::prediction, "what one fork would cost, nothing attached ('forklift check')"}}};

}  // namespace

std::vector<Obstacle> obstacles() {
  std::vector<Obstacle> found;
  for (const auto look : {obstacle_to_tracing, obstacle_to_perf, obstacle_to_sampling}) {
    if (auto obstacle = look()) found.push_back(std::move(*obstacle));
  }
  return found;
}

std::string rungs_text(const std::vector<Obstacle>& obstacles) {
  std::string text;
  for (const auto& [rung, gives] : rungs) {
    const auto obstacle = std::ranges::find(obstacles, rung, &Obstacle::rung);
    const bool works = obstacle == obstacles.end();
    text += fmt::format("  {:<3} {:<34} {}\n", works ? "yes" : "no", name(rung), gives);
    if (works) continue;
    text += fmt::format("      not here: {}\n", obstacle->reason);
    if (!obstacle->remedy.empty()) text += fmt::format("      raised by: {}\n", obstacle->remedy);
  }
  return text;
}

}  // namespace watch
