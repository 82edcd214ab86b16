// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/lab.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <forklift/engine.hpp>

#include "lab/ballast.hpp"
#include "lab/contender.hpp"
#include "lab/machine.hpp"
#include "lab/measure.hpp"
#include "lab/program.hpp"
#include "lab/progress.hpp"
#include "lab/quantity.hpp"
#include "lab/record.hpp"
#include "lab/report.hpp"

namespace lab {
namespace {

constexpr std::size_t gibibyte = std::size_t{1} << 30;
constexpr std::size_t idle_threads = 8;

void warn(const std::string& text) { fmt::print(stderr, "forklift: warning: {}\n", text); }

// Every load of a sweep along one axis at a time.
std::vector<Load> own_sweep(bool quick) {
  if (quick) return {{0, 10, 1}, {gibibyte, 10, 1}, {0, 15000, 1}, {0, 10000, 8}};
  return {{0, 10, 1}, {gibibyte, 10, 1}, {4 * gibibyte, 10, 1}, {0, 15000, 1}, {0, 10000, 8}};
}

std::vector<Load> all_combinations(const Request& request) {
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

std::vector<Load> loads_of(const Request& request) {
  const bool own = request.rss.empty() && request.descriptors.empty() && request.workers.empty();
  return own ? own_sweep(request.quick) : all_combinations(request);
}

// No more than half of the memory there is, nor more descriptors than allowed.
void fit_to_machine(std::vector<Load>& loads, const Machine& machine) {
  // Some are the command's own, and every launch under way has a few.
  constexpr std::size_t spare = 100;
  const std::size_t limit = raise_descriptor_limit();
  const std::size_t half = machine.available / 2;
  std::size_t most_rss = 0;
  std::size_t most_descriptors = 0;
  for (Load& load : loads) {
    most_rss = std::max(most_rss, load.rss);
    most_descriptors = std::max(most_descriptors, load.descriptors);
    load.rss = std::min(load.rss, half);
    load.descriptors = std::min(load.descriptors, limit - spare);
  }
  if (most_rss > half) {
    warn(
        fmt::format("{} asked, but only half of the {} available is taken; for more, run on a "
                    "larger machine",
                    print_size(most_rss), print_size(machine.available)));
  }
  if (most_descriptors > limit - spare) {
    warn(fmt::format("{} descriptors asked, but the limit is {}; raise it with ulimit -n",
                     most_descriptors, limit));
  }
}

Settings settings_of(const Request& request, const std::string& program) {
  Settings settings{.contenders = request.contenders, .program = program};
  if (settings.contenders.empty()) {
    for (const Kind& known : kinds()) settings.contenders.push_back(known.name);
  }
  // What launches fast makes all its launches; what is slow is cut by time.
  settings.launches = request.launches ? request.launches : request.quick ? 200 : 2000;
  settings.budget = std::chrono::milliseconds(request.launches ? 3'600'000
                                              : request.quick  ? 300
                                                               : 1200);
  return settings;
}

}  // namespace

void run(const Request& request) {
  forklift::reserve(8);
  const Machine machine = this_machine();
  const Program program = try_program(request.program);
  check_writable(request.json);
  std::vector<Load> loads = loads_of(request);
  fit_to_machine(loads, machine);
  const Settings settings = settings_of(request, program.path);

  Ballast ballast;
  ballast.set_threads(idle_threads);
  std::vector<Run> runs;
  {
    Progress progress(loads.size());
    for (const Load& load : loads) {
      progress.step(fmt::format("{}, {} descriptors, {} threads", print_size(load.rss),
                                load.descriptors, load.workers));
      ballast.set_memory(load.rss);
      ballast.set_descriptors(load.descriptors);
      const auto measured =
          measure(settings, load, ballast, [&](double fraction) { progress.advance(fraction); });
      runs.insert(runs.end(), measured.begin(), measured.end());
    }
  }
  fmt::print("{}", as_text(machine, program.shown, runs));
  if (!request.json.empty()) {
    write_record(request.json, as_json(machine, program.shown, request.command_line, runs));
  }
}

}  // namespace lab
