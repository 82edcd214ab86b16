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

// The use of each.
constexpr std::array<std::pair<Backend, const char*>, 4> backends{
    {{Backend::tracing, "every call, every thread that waits for it, and why (eBPF)"},
     {Backend::perf, "every call and every wait of one's own processes, causes inferred"},
     {Backend::sampling, "long calls and waits, from frequent looks at /proc"},
     {Backend::prediction, "what one fork would cost, nothing attached ('forklift check')"}}};

}  // namespace

std::vector<Unavailability> obstacles() {
  std::vector<Unavailability> found;
  for (const auto look : {obstacle_to_tracing, obstacle_to_perf, obstacle_to_sampling}) {
    if (auto unavailability = look()) found.push_back(std::move(*unavailability));
  }
  return found;
}

std::string backends_text(const std::vector<Unavailability>& obstacles) {
  std::string text;
  for (const auto& [backend, purpose] : backends) {
    const auto unavailability = std::ranges::find(obstacles, backend, &Unavailability::backend);
    const bool works = unavailability == obstacles.end();
    text += fmt::format("  {:<3} {:<34} {}\n", works ? "yes" : "no", name(backend), purpose);
    if (works) continue;
    text += fmt::format("      not here: {}\n", unavailability->reason);
    if (!unavailability->remedy.empty())
      text += fmt::format("      raised by: {}\n", unavailability->remedy);
  }
  return text;
}

}  // namespace watch
