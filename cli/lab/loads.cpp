// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/loads.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "descriptor_limit.hpp"
#include "quantity.hpp"
#include "refusal.hpp"

namespace lab {
namespace {

constexpr std::size_t gibibyte = std::size_t{1} << 30;

// The loads of a sweep along one axis at a time.
std::vector<Load> own_sweep(bool quick) {
  if (quick) return {{0, 10, 1}, {gibibyte, 10, 1}, {0, 15000, 1}, {0, 10000, 8}};
  return {{0, 10, 1}, {gibibyte, 10, 1}, {4 * gibibyte, 10, 1}, {0, 15000, 1}, {0, 10000, 8}};
}

std::vector<Load> all_combinations(const LabRequest& request) {
  const auto or_else = [](std::vector<std::size_t> asked, std::size_t otherwise) {
    return asked.empty() ? std::vector{otherwise} : asked;
  };
  std::vector<Load> loads;
  for (const std::size_t workers : or_else(request.workers, 1)) {
    for (const std::size_t descriptors : or_else(request.descriptors, 10)) {
      for (const std::size_t rss : or_else(request.rss, 0)) {
        loads.push_back({rss, descriptors, workers});
      }
    }
  }
  return loads;
}

std::size_t most(const std::vector<Load>& loads, std::size_t Load::*axis) {
  return std::ranges::max(loads, {}, axis).*axis;
}

void fit_memory(std::vector<Load>& loads, const Machine& machine, Warnings& warnings) {
  const std::size_t half = machine.available / 2;
  const std::size_t wanted = most(loads, &Load::rss);
  if (wanted <= half) return;
  warnings.add({Warning::Kind::memory,
                fmt::format("{} asked, but only half of the {} available is taken",
                            print_size(wanted), print_size(machine.available)),
                "for more, end what else holds memory, or run on a larger machine"});
  for (Load& load : loads) load.rss = std::min(load.rss, half);
}

void fit_descriptors(std::vector<Load>& loads, std::size_t limit, Warnings& warnings) {
  const std::size_t wanted = most(loads, &Load::descriptors);
  if (wanted <= limit) return;
  warnings.add({Warning::Kind::descriptors,
                fmt::format("{} descriptors asked, but the limit leaves {}", wanted, limit),
                "raise the hard limit with ulimit -Hn, or in limits.conf(5)"});
  for (Load& load : loads) load.descriptors = std::min(load.descriptors, limit);
}

void refuse_the_impossible(const LabRequest& request, const Machine& machine, std::size_t limit) {
  for (const std::size_t rss : request.rss) {
    if (rss <= machine.available) continue;
    throw Refusal(fmt::format("--rss: {} is more than the {} available here", print_size(rss),
                              print_size(machine.available)));
  }
  for (const std::size_t descriptors : request.descriptors) {
    if (descriptors <= limit) continue;
    throw Refusal(fmt::format("--descriptors: {} is more than the {} that the limit leaves",
                              descriptors, limit));
  }
}

}  // namespace

std::vector<Load> loads_of(const LabRequest& request, const Machine& machine, Warnings& warnings) {
  // The command needs some itself, and each launch in progress needs a few.
  constexpr std::size_t spare = 100;
  const std::size_t limit = raise_descriptor_limit() - spare;
  refuse_the_impossible(request, machine, limit);
  const bool own = request.rss.empty() && request.descriptors.empty() && request.workers.empty();
  std::vector<Load> loads = own ? own_sweep(request.quick) : all_combinations(request);
  fit_memory(loads, machine, warnings);
  fit_descriptors(loads, limit, warnings);
  return loads;
}

}  // namespace lab
