// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/lab.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <forklift/engine.hpp>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "lab/ballast.hpp"
#include "lab/contender.hpp"
#include "lab/first/measure.hpp"
#include "lab/loads.hpp"
#include "lab/machine.hpp"
#include "lab/measure.hpp"
#include "lab/noise.hpp"
#include "lab/peers/peers.hpp"
#include "lab/program.hpp"
#include "lab/progress.hpp"
#include "lab/record.hpp"
#include "lab/report.hpp"
#include "lab/warning.hpp"
#include "output.hpp"
#include "process/process.hpp"
#include "quantity.hpp"

namespace lab {
namespace {

constexpr std::size_t idle_threads = 8;

Settings settings_of(const LabRequest& request, const std::string& program) {
  Settings settings{.contenders = request.contenders, .program = program};
  if (settings.contenders.empty()) {
    for (const ContenderKind& known : kinds()) {
      if (!known.on_request) settings.contenders.push_back(known.name);
    }
  }
  // Fast contenders make all launches; slow ones are cut by time, sooner if
  // there are many.
  const auto share = [&settings](std::size_t most, std::size_t together) {
    return std::chrono::milliseconds(std::min(most, together / settings.contenders.size()));
  };
  settings.launches = request.launches ? request.launches : request.quick ? 200 : 2000;
  settings.budget = request.launches ? std::chrono::hours(1)
                    : request.quick  ? share(300, 2'000)
                                     : share(1'200, 5'000);
  return settings;
}

// Team by team: contenders not in the first one are measured with the floor,
// whose own figures are those of the first.
std::vector<Run> measure_teams(Settings settings, const std::vector<Team>& teams, const Load& load,
                               Ballast& ballast, Progress& progress) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < teams.size(); ++i) {
    settings.contenders = teams[i];
    settings.gaps = settings.gaps && i == 0;
    for (Run& run : measure(settings, load, ballast, [&](double fraction) {
           progress.advance((static_cast<double>(i) + fraction) /
                            static_cast<double>(teams.size()));
         })) {
      if (i == 0 || run.contender != floor_name) runs.push_back(std::move(run));
    }
  }
  return runs;
}

std::vector<Run> sweep(const LabRequest& request, Settings settings, const std::vector<Load>& loads,
                       std::size_t memory, Warnings& warnings, Progress& progress) {
  Ballast ballast;
  ballast.set_threads(idle_threads);
  Peers peers(warnings);
  if (request.peers) peers.find();
  settings.drop_out = std::bind_front(&Peers::drop_out, &peers);
  std::vector<Run> runs;
  for (const Load& load : loads) {
    progress.step(fmt::format("{}, {} descriptors, {} threads", print_size(load.rss),
                              load.descriptors, load.workers));
    ballast.set_memory(load.rss);
    ballast.set_descriptors(load.descriptors);
    const auto teams = peers.join(settings.contenders, load, memory);
    std::ranges::move(measure_teams(settings, teams, load, ballast, progress),
                      std::back_inserter(runs));
  }
  return runs;
}

// --- first launches -----------------------------------------------------------------

// Memory given explicitly is written in full; our own sweep must end sooner,
// and this many pages, spread evenly over the memory, give the same result.
std::size_t pages_written(const LabRequest& request) {
  if (request.quick) return 16'384;
  return request.rss.empty() ? 65'536 : ~std::size_t{0};
}

FirstSettings first_settings(const LabRequest& request, const Settings& settings) {
  FirstSettings first{.contenders = settings.contenders,
                      .program = settings.program,
                      .threads = idle_threads,
                      .pages = pages_written(request),
                      .fewest = request.quick ? std::size_t{3} : std::size_t{5},
                      .most = 9,
                      .budget = std::chrono::milliseconds(request.quick ? 100 : 1'000)};
  if (request.first) first.fewest = first.most = *request.first;
  return first;
}

// The first launches under each load for one thread, in the order of the loads.
// Nothing else may be heavy: each fresh process takes all the memory allowed.
std::vector<FirstLaunches> first_launches(const FirstSettings& settings,
                                          const std::vector<Load>& loads, Progress& progress) {
  std::vector<FirstLaunches> all;
  for (const Load& load : loads) {
    progress.step(
        fmt::format("first launches, {}, {} descriptors", print_size(load.rss), load.descriptors));
    all.push_back(load.workers > 1 ? FirstLaunches{}
                                   : measure_first(settings, load, [&](double fraction) {
                                       progress.advance(fraction);
                                     }));
  }
  return all;
}

void add_first(std::vector<Run>& runs, const std::vector<Load>& loads,
               const std::vector<FirstLaunches>& firsts) {
  for (Run& run : runs) {
    const auto load = std::ranges::find(loads, run.load);
    const FirstLaunches& here = firsts.at(static_cast<std::size_t>(load - loads.begin()));
    const auto found = here.find(run.contender);
    if (found != here.end()) run.first = found->second;
  }
}

}  // namespace

void run(const LabRequest& request) {
  process::require_proc();
  forklift::reserve(8);
  const Machine machine = this_machine();
  const Program program = try_program(request.program);
  check(request.record);
  std::optional<Progress> progress;
  Warnings warnings([&progress] {
    if (progress) progress->clear();
  });
  const std::vector<Load> loads = loads_of(request, machine, warnings);
  const Settings settings = settings_of(request, program.path);
  try_launches(settings.contenders, program.path);

  progress.emplace(2 * loads.size());
  const ProcessorTime before = processor_time();
  const auto firsts = first_launches(first_settings(request, settings), loads, *progress);
  auto runs = sweep(request, settings, loads, machine.available / 2, warnings, *progress);
  add_first(runs, loads, firsts);
  if (auto noise = noise_between(before, processor_time())) warnings.add(std::move(*noise));
  progress.reset();

  const Findings findings{machine, program.shown, request.command_line, runs, warnings.all()};
  output::print("{}", as_text(findings, request.quick));
  write(request.record, as_json(findings));
}

}  // namespace lab
