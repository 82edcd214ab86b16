// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/first/measure.hpp"

#include <algorithm>
#include <utility>

#include "lab/contender.hpp"
#include "lab/first/fresh_process.hpp"

namespace lab {
namespace {

// A contender under the present load, and its results so far.
struct Series {
  std::string name;
  std::string label;
  std::vector<FreshFigures> processes{};
  Clock::duration spent{};
};

std::vector<Series> line_up(const FirstSettings& settings) {
  std::vector<Series> all;
  for (const std::string& name : settings.contenders) {
    if (kind(name).own_process) continue;
    const auto before = std::ranges::count(all, name, &Series::name);
    all.push_back({.name = name, .label = label(name, static_cast<std::size_t>(before))});
  }
  return all;
}

bool is_done(const Series& series, const FirstSettings& settings) {
  const std::size_t made = series.processes.size();
  return made >= settings.most || (made >= settings.fewest && series.spent >= settings.budget);
}

void take_turn(Series& series, const FirstSettings& settings, const Load& load) {
  const auto begin = Clock::now();
  series.processes.push_back(launch_afresh({.contender = series.name,
                                            .program = settings.program,
                                            .rss = load.rss,
                                            .descriptors = load.descriptors,
                                            .threads = settings.threads,
                                            .pages = settings.pages}));
  series.spent += Clock::now() - begin;
}

template <class Figure>
Interval over(const std::vector<FreshFigures>& processes, Figure figure) {
  std::vector<double> all;
  for (const FreshFigures& one : processes) all.push_back(figure(one));
  return interval(std::move(all));
}

FirstLaunch sum_up(const std::vector<FreshFigures>& made) {
  using Fresh = FreshFigures;
  return {.processes = made.size(),
          .hold = over(made, [](const Fresh& one) { return one.first.hold; }),
          .launch = over(made, [](const Fresh& one) { return one.first.launch; }),
          .finish = over(made, [](const Fresh& one) { return one.first.finish; }),
          .ratio = over(made, [](const Fresh& one) { return one.first.launch / one.later; }),
          .pages = made.front().pages,
          .faults = over(made, [](const Fresh& one) { return one.faults; }),
          .write = over(made, [](const Fresh& one) { return one.write; }),
          .write_before = over(made, [](const Fresh& one) { return one.write_before; })};
}

}  // namespace

FirstLaunches measure_first(const FirstSettings& settings, const Load& load,
                            const std::function<void(double)>& progress) {
  FirstLaunches found;
  std::vector<Series> all = line_up(settings);
  for (std::size_t round = 0; round < settings.most; ++round) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      Series& series = all[(i + round) % all.size()];
      if (!is_done(series, settings)) take_turn(series, settings, load);
    }
    progress(static_cast<double>(round + 1) / static_cast<double>(settings.most));
  }
  for (const Series& series : all) {
    if (!series.processes.empty()) found.emplace(series.label, sum_up(series.processes));
  }
  return found;
}

}  // namespace lab
