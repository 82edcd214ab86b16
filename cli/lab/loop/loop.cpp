// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/loop/loop.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <forklift/engine.hpp>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "lab/ballast.hpp"
#include "lab/lab.hpp"
#include "lab/loads.hpp"
#include "lab/loop/contenders.hpp"
#include "lab/loop/report.hpp"
#include "lab/machine.hpp"
#include "lab/noise.hpp"
#include "lab/program.hpp"
#include "lab/progress.hpp"
#include "output.hpp"
#include "process/process.hpp"
#include "quantity.hpp"

namespace lab::loop {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t gibibyte = std::size_t{1} << 30;

Settings settings_of(const LoopRequest& request, const std::string& program) {
  const bool brief = request.brief;
  const auto or_else = [](std::size_t asked, std::size_t otherwise) {
    return asked ? asked : otherwise;
  };
  Settings settings{.contenders = request.contenders,
                    .program = program,
                    .coroutines = or_else(request.coroutines, brief ? 1'000 : 10'000),
                    .limit = or_else(request.limit, 16),
                    .rounds = or_else(request.rounds, brief ? 3 : 5),
                    .burst = milliseconds(brief ? 500 : 5'000),
                    .stream = milliseconds(brief ? 100 : 500)};
  if (settings.contenders.empty()) {
    for (const LoopKind& known : kinds()) settings.contenders.push_back(known.name);
  }
  return settings;
}

// The loads are those of the lab: all combinations of the options.
std::vector<Load> loads_of(const LoopRequest& request, const Machine& machine, Warnings& warnings) {
  const std::size_t heavy = std::min((request.brief ? 1 : 4) * gibibyte, machine.available / 3);
  lab::LabRequest as_lab{.contenders = {},
                         .rss = request.rss,
                         .descriptors = request.descriptors,
                         .workers = {1},
                         .program = {},
                         .record = {},
                         .command_line = {}};
  if (as_lab.rss.empty()) as_lab.rss = {0, heavy};
  if (as_lab.descriptors.empty() && !request.brief) as_lab.descriptors = {10, 15'000};
  return lab::loads_of(as_lab, machine, warnings);
}

std::vector<Run> sweep(const Settings& settings, const std::vector<Load>& loads,
                       Progress& progress) {
  constexpr std::size_t idle_threads = 8;
  Ballast ballast;
  ballast.set_threads(idle_threads);
  std::vector<Run> runs;
  for (const Load& load : loads) {
    progress.step(fmt::format("{}, {} descriptors", print_size(load.rss), load.descriptors));
    ballast.set_memory(load.rss);
    ballast.set_descriptors(load.descriptors);
    std::ranges::move(measure(settings, load, [&](double done) { progress.advance(done); }),
                      std::back_inserter(runs));
  }
  return runs;
}

void warn_of(const std::vector<Run>& runs, std::size_t coroutines, Warnings& warnings) {
  for (const Run& run : runs) {
    if (run.done_per_burst.empty()) continue;
    const std::size_t least = std::ranges::min(run.done_per_burst);
    if (least == coroutines) continue;
    warnings.add({Warning::Kind::launches,
                  fmt::format("of {} coroutines {} launched in time by {}, {} resident, "
                              "{} descriptors",
                              coroutines, least, run.contender, print_size(run.load.rss),
                              run.load.descriptors),
                  "its queueing is that of those few"});
  }
}

}  // namespace

void run(const LoopRequest& request) {
  process::require_proc();
  forklift::reserve(8);
  const Machine machine = this_machine();
  const Program program = try_program(request.program);
  check(request.record);
  std::optional<Progress> progress;
  Warnings warnings([&progress] {
    if (progress) progress->clear();
  });
  const Settings settings = settings_of(request, program.path);
  const std::vector<Load> loads = loads_of(request, machine, warnings);
  try_launches(settings.contenders, program.path);

  progress.emplace(loads.size());
  const ProcessorTime before = processor_time();
  const auto runs = sweep(settings, loads, *progress);
  if (auto noise = noise_between(before, processor_time())) warnings.add(std::move(*noise));
  warn_of(runs, settings.coroutines, warnings);
  progress.reset();

  const Findings findings{machine,  program.shown, request.command_line,
                          settings, runs,          warnings.all()};
  output::print("{}", as_text(findings));
  write(request.record, as_json(findings));
}

}  // namespace lab::loop
