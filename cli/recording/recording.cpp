// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "recording/recording.hpp"

#include <algorithm>

#include "recording/names.hpp"

namespace watch {
namespace {

constexpr Names<Rung, 4> rungs({"tracing", "perf", "sampling", "prediction"});
constexpr Names<Ending::Reason, 3> endings({"time", "interrupted", "target_ended"});

}  // namespace

std::string name(Rung rung) { return rungs.of(rung); }
std::optional<Rung> rung_named(const std::string& name) { return rungs.find(name); }
std::string name(Ending::Reason reason) { return endings.of(reason); }
std::optional<Ending::Reason> ending_named(const std::string& name) { return endings.find(name); }

const Source* source(const Recording& recording, Figure figure) {
  const auto& all = recording.heading.sources;
  const auto found = std::ranges::find(all, figure, &Source::figure);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace watch
