// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "check/prediction.hpp"

#include <algorithm>
#include <chrono>

namespace check {
namespace {

using std::chrono::milliseconds;
using watch::Nanoseconds;

constexpr std::uint64_t page = 4096;
constexpr std::uint64_t huge_page = 512 * page;
constexpr std::uint64_t entry = 8;

Nanoseconds cost(std::uint64_t tables, const watch::Calibration& calibration) {
  const double megabytes = static_cast<double>(tables) / (1 << 20);
  const double time = static_cast<double>(calibration.per_megabyte.count()) * megabytes;
  return calibration.fixed + Nanoseconds(static_cast<std::int64_t>(time));
}

// A write to a huge page shared with a child also faults once.
std::uint64_t faults_in(const Mapping& mapping) {
  if (!is_copied(mapping)) return 0;
  const std::uint64_t huge = std::min(mapping.huge, mapping.anonymous);
  return (mapping.anonymous - huge) / page + huge / huge_page;
}

void add_causes(Prediction& prediction, const std::vector<Mapping>& mappings) {
  prediction.basis = Basis::mappings;
  for (const Mapping& mapping : mappings) {
    const std::uint64_t tables = copied_tables(mapping);
    prediction.tables += tables;
    prediction.faults += faults_in(mapping);
    if (tables > 0) prediction.causes.push_back({mapping, tables, 0});
  }
  std::ranges::sort(prediction.causes, std::greater(), &Cause::tables);
  for (Cause& cause : prediction.causes) {
    cause.share = static_cast<double>(cause.tables) / static_cast<double>(prediction.tables);
  }
}

// Files and shared memory have tables, too, but a fork skips them. Huge pages
// keep tables in reserve, so VmPTE does not show them.
void add_sizes(Prediction& prediction, const process::Memory& memory) {
  const std::uint64_t own = memory.anonymous + memory.swapped;
  prediction.tables = std::min(own / page * entry, memory.page_tables);
  prediction.faults = memory.anonymous / page;
}

}  // namespace

Prediction predict(const process::Process& process,
                   const std::optional<std::vector<Mapping>>& mappings,
                   const watch::Calibration& calibration) {
  Prediction prediction;
  if (mappings) {
    add_causes(prediction, *mappings);
  } else {
    add_sizes(prediction, process.memory);
  }
  prediction.stall = cost(prediction.tables, calibration);
  return prediction;
}

std::string name(Basis basis) {
  switch (basis) {
    case Basis::sizes: break;
    case Basis::samples: return "samples";
    case Basis::mappings: return "mappings";
  }
  return "sizes";
}

bool is_bound(const Prediction& prediction) { return prediction.basis == Basis::sizes; }

bool is_good(Nanoseconds stall) { return stall < milliseconds(1); }

std::string rating(Nanoseconds stall) {
  if (is_good(stall)) return "good";
  if (stall < milliseconds(10)) return "noticeable";
  return stall < milliseconds(100) ? "bad" : "very bad";
}

}  // namespace check
