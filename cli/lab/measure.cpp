// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Compares contenders on a machine whose speed varies: turns are short and
// interleaved, their order rotates, and ratios use turns of the same round. A
// turn ends by count or time, so slow contenders get fewer launches; uncounted
// launches at its start absorb the aftermath of the turn before.

#include "lab/measure.hpp"

#include <algorithm>
#include <barrier>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "lab/latency_probe.hpp"
#include "lab/contender.hpp"

namespace lab {
namespace {

using Seconds = std::chrono::duration<double>;

// A contender under the present load, and its results so far.
struct Lane {
  std::string name;
  std::string label;
  std::vector<std::unique_ptr<Contender>> workers;
  std::vector<Times> times;
  std::vector<double> gaps;
  std::vector<std::size_t> turn_ends;  // end of each turn in `times`
  Seconds busy{};                      // in counted launches
  Seconds spent{};                     // in all
  bool own_process = false;
  bool dropped_out = false;

  Lane(const std::string& contender, const Settings& settings, const Load& load)
      : name(contender), label(contender), own_process(kind(name).own_process) {
    for (std::size_t i = 0; i < load.workers; ++i) {
      workers.push_back(kind(name).make(settings.program));
      workers.back()->carry(load);
    }
  }
};

// --- one worker ----------------------------------------------------------------

constexpr std::size_t launches_per_turn = 8;
constexpr std::chrono::milliseconds warm_up{1};
constexpr std::chrono::milliseconds longest_turn{10};

// So long that fewer launches give a median, and that the aftermath of the turn
// before does not show.
bool stalls(const Lane& lane) {
  constexpr Seconds long_stall{0.05};
  return lane.busy > long_stall * static_cast<double>(lane.times.size());
}

void take_turn(Lane& lane) {
  const auto begin = Clock::now();
  Contender& contender = *lane.workers.front();
  while (!stalls(lane) && Clock::now() - begin < warm_up) contender.launch();
  const auto counted = Clock::now();
  for (std::size_t i = 0; i < launches_per_turn; ++i) {
    lane.times.push_back(contender.launch());
    if (Clock::now() - counted > longest_turn) break;
  }
  lane.turn_ends.push_back(lane.times.size());
  lane.busy += Clock::now() - counted;
  lane.spent += Clock::now() - begin;
}

// --- several workers -----------------------------------------------------------

constexpr std::size_t launches_per_worker_and_turn = 25;
constexpr std::chrono::milliseconds longest_turn_together{60};

// All workers launch at once; the turn lasts until the last is done.
void take_turn_together(Lane& lane) {
  std::mutex mutex;
  std::exception_ptr error;
  Clock::time_point begin;
  std::barrier together(static_cast<std::ptrdiff_t>(lane.workers.size()),
                        [&begin]() noexcept { begin = Clock::now(); });
  {
    std::vector<std::jthread> threads;
    for (const auto& contender : lane.workers) {
      threads.emplace_back([&] {
        std::vector<Times> mine;
        std::exception_ptr trouble;
        try {
          contender->launch();
        } catch (...) {
          trouble = std::current_exception();
        }
        together.arrive_and_wait();
        try {
          for (std::size_t i = 0; !trouble && i < launches_per_worker_and_turn; ++i) {
            mine.push_back(contender->launch());
            if (Clock::now() - begin > longest_turn_together) break;
          }
        } catch (...) {
          trouble = std::current_exception();
        }
        const std::lock_guard lock(mutex);
        if (trouble) error = trouble;
        lane.times.insert(lane.times.end(), mine.begin(), mine.end());
      });
    }
  }
  if (error) std::rethrow_exception(error);
  lane.turn_ends.push_back(lane.times.size());
  lane.busy += Clock::now() - begin;
  lane.spent += Clock::now() - begin;
}

// --- rounds ----------------------------------------------------------------------

// With fewer the median has no useful interval.
std::size_t fewest_turns(const Lane& lane) { return stalls(lane) ? 5 : 9; }

bool is_done(const Lane& lane, const Settings& settings) {
  if (lane.dropped_out) return true;
  if (lane.turn_ends.size() < fewest_turns(lane)) return false;
  return lane.times.size() >= settings.launches || lane.spent >= settings.budget;
}

double fraction_done(const std::vector<Lane>& lanes, const Settings& settings) {
  if (lanes.empty()) return 1;
  double sum = 0;
  for (const Lane& lane : lanes) {
    const double launched =
        static_cast<double>(lane.times.size()) / static_cast<double>(settings.launches);
    sum += is_done(lane, settings) ? 1.0 : std::max(launched, lane.spent / settings.budget);
  }
  return sum / static_cast<double>(lanes.size());
}

std::vector<Lane> line_up(const Settings& settings, const Load& load) {
  std::vector<Lane> lanes;
  for (const std::string& name : settings.contenders) {
    try {
      const auto before = std::ranges::count(lanes, name, &Lane::name);
      lanes.emplace_back(name, settings, load);
      lanes.back().label = label(name, static_cast<std::size_t>(before));
    } catch (const Dropout& dropout) {
      settings.drop_out(name, dropout.what());
    }
  }
  return lanes;
}

void run_rounds(std::vector<Lane>& lanes, const Settings& settings,
                const std::function<void(double)>& progress) {
  for (std::size_t round = 0;; ++round) {
    bool done = true;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      Lane& lane = lanes[(i + round) % lanes.size()];
      if (is_done(lane, settings)) continue;
      done = false;
      try {
        lane.workers.size() > 1 ? take_turn_together(lane) : take_turn(lane);
      } catch (const Dropout& dropout) {
        lane.dropped_out = true;
        lane.workers.clear();
        settings.drop_out(lane.name, dropout.what());
      }
    }
    progress(fraction_done(lanes, settings));
    if (done) return;
  }
}

// --- other threads -----------------------------------------------------------------

// Pauses of a thread that shares the memory, for each launch, and the same
// without launches.
std::vector<double> watch_gaps(std::vector<Lane>& lanes, const Settings& settings,
                               const Ballast& ballast) {
  constexpr std::size_t rounds = 60;
  const Seconds budget = std::min(Seconds{0.7}, Seconds(settings.budget) / 2);
  std::vector<double> idle;
  LatencyProbe probe(ballast.memory(), ballast.size());
  std::vector<Seconds> spent(lanes.size());
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      if (lanes[i].own_process || spent[i] > budget) continue;
      const auto begin = Clock::now();
      probe.reset();
      lanes[i].workers.front()->launch();
      lanes[i].gaps.push_back(probe.longest_pause());
      spent[i] += Clock::now() - begin;
    }
    probe.reset();
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    idle.push_back(probe.longest_pause());
  }
  return idle;
}

// --- results -------------------------------------------------------------------------

std::vector<double> figures(const Lane& lane, double Times::*figure, std::size_t first = 0,
                            std::size_t last = ~std::size_t{0}) {
  std::vector<double> all;
  for (std::size_t i = first; i < std::min(last, lane.times.size()); ++i) {
    all.push_back(lane.times[i].*figure);
  }
  return all;
}

double turn_median(const Lane& lane, std::size_t turn, double Times::*figure) {
  return median(
      figures(lane, figure, turn == 0 ? 0 : lane.turn_ends[turn - 1], lane.turn_ends[turn]));
}

// Pairs of turns in the same round: a slow machine slows both.
Interval ratio(const Lane& lane, const Lane* floor, double Times::*figure) {
  if (!floor) return {};
  std::vector<double> ratios;
  const std::size_t turns = std::min(lane.turn_ends.size(), floor->turn_ends.size());
  for (std::size_t turn = 0; turn < turns; ++turn) {
    ratios.push_back(turn_median(lane, turn, figure) / turn_median(*floor, turn, figure));
  }
  return interval(std::move(ratios));
}

}  // namespace

std::string label(const std::string& contender, std::size_t before) {
  return before == 0 ? contender : contender + " (" + std::to_string(before + 1) + ")";
}

std::vector<Run> measure(const Settings& settings, const Load& load, Ballast& ballast,
                         const std::function<void(double)>& progress) {
  std::vector<Lane> lanes = line_up(settings, load);
  run_rounds(lanes, settings, progress);
  std::erase_if(lanes, [](const Lane& lane) { return lane.dropped_out; });
  const bool gaps = settings.gaps && load.workers == 1;
  const std::vector<double> idle =
      gaps ? watch_gaps(lanes, settings, ballast) : std::vector<double>{};
  const auto floor = std::ranges::find(lanes, floor_name, &Lane::name);
  const Lane* const anchor = floor != lanes.end() ? &*floor : lanes.empty() ? nullptr : &lanes[0];
  std::vector<Run> runs;
  for (const Lane& lane : lanes) {
    Run run{.contender = lane.label,
            .description = kind(lane.name).description,
            .own_process = lane.own_process,
            .is_anchor = &lane == anchor,
            .load = load,
            .launches = lane.times.size()};
    run.hold = summarize(figures(lane, &Times::hold));
    run.launch = summarize(figures(lane, &Times::launch));
    run.finish = summarize(figures(lane, &Times::finish));
    run.launch_ratio = ratio(lane, anchor, &Times::launch);
    run.finish_ratio = ratio(lane, anchor, &Times::finish);
    run.rate = static_cast<double>(lane.times.size()) / lane.busy.count();
    if (gaps && !lane.own_process) {
      run.gap = summarize(lane.gaps);
      run.idle_gap = summarize(idle);
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace lab
