// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/loop/measure.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "lab/loop/contenders.hpp"

namespace lab::loop {
namespace {

using Figures = std::vector<double>;

// A contender under the present load, and its results so far.
struct Lane {
  std::unique_ptr<EventLoop> loop;
  Run run;
  Figures hold, beat, idle, queueing;
  Figures hold_medians, queue_spreads, rates;  // one figure per round
};

void append(Figures& to, const Figures& more) { to.insert(to.end(), more.begin(), more.end()); }

void note(Lane& lane, const Turn& turn) {
  lane.run.launches += turn.launches;
  lane.run.most_children = std::max(lane.run.most_children, turn.most_children);
  append(lane.hold, turn.hold);
  append(lane.beat, turn.beat);
}

// All coroutines at once; those still waiting afterwards are released.
void burst(Lane& lane, const Settings& settings) {
  const Turn turn = lane.loop->run({.coroutines = settings.coroutines,
                                    .limit = settings.limit,
                                    .until = Clock::now() + settings.burst});
  note(lane, turn);
  append(lane.queueing, turn.queueing);
  lane.run.done_per_burst.push_back(turn.launches);
  lane.hold_medians.push_back(median(turn.hold));
  const double middle = median(turn.queueing);
  if (middle > 0) lane.queue_spreads.push_back(quantile(turn.queueing, 0.999) / middle);
}

// As many coroutines as may have a child, each without a pause.
void stream(Lane& lane, const Settings& settings) {
  const Turn turn = lane.loop->run({.coroutines = settings.limit,
                                    .limit = settings.limit,
                                    .again = true,
                                    .until = Clock::now() + settings.stream});
  note(lane, turn);
  lane.rates.push_back(turn.seconds > 0 ? static_cast<double>(turn.launches) / turn.seconds : 0);
}

void rest(Lane& lane) {
  constexpr std::chrono::milliseconds long_enough{50};
  append(lane.idle, lane.loop->run({.until = Clock::now() + long_enough}).beat);
}

Tail tail(const Figures& figures) { return {summarize(figures), quantile(figures, 0.999)}; }

Interval ratio(const Figures& mine, const Figures* others) {
  if (!others) return {};
  Figures ratios;
  for (std::size_t round = 0; round < std::min(mine.size(), others->size()); ++round) {
    if ((*others)[round] > 0) ratios.push_back(mine[round] / (*others)[round]);
  }
  return interval(std::move(ratios));
}

Run sum_up(Lane& lane, const Lane* anchor, const Lane* threads) {
  Run run = std::move(lane.run);
  run.hold = tail(lane.hold);
  run.beat = tail(lane.beat);
  run.idle_beat = tail(lane.idle);
  run.queueing = tail(lane.queueing);
  run.queue_spread = interval(lane.queue_spreads);
  run.rate = summarize(lane.rates);
  if (run.has_loop)
    run.hold_ratio = ratio(lane.hold_medians, anchor ? &anchor->hold_medians : nullptr);
  run.rate_ratio = ratio(lane.rates, threads ? &threads->rates : nullptr);
  return run;
}

std::vector<Lane> line_up(const Settings& settings, const Load& load) {
  std::vector<Lane> lanes;
  for (const std::string& name : settings.contenders) {
    const LoopKind& its = kind(name);
    Lane lane{.loop = its.make(settings.program),
              .run = {},
              .hold = {},
              .beat = {},
              .idle = {},
              .queueing = {},
              .hold_medians = {},
              .queue_spreads = {},
              .rates = {}};
    lane.run.contender = name;
    lane.run.description = its.description;
    lane.run.has_loop = its.has_loop;
    lane.run.load = load;
    lanes.push_back(std::move(lane));
  }
  return lanes;
}

void take_turn(Lane& lane, const Settings& settings) {
  if (lane.run.has_loop) {
    rest(lane);
    burst(lane, settings);
  }
  stream(lane, settings);
}

}  // namespace

std::vector<Run> measure(const Settings& settings, const Load& load,
                         const std::function<void(double)>& progress) {
  std::vector<Lane> lanes = line_up(settings, load);
  const std::size_t turns = settings.rounds * lanes.size();
  for (std::size_t turn = 0; turn < turns; ++turn) {
    const std::size_t round = turn / lanes.size();
    take_turn(lanes[(turn + round) % lanes.size()], settings);
    progress(static_cast<double>(turn + 1) / static_cast<double>(turns));
  }
  const auto find = [&lanes](bool has_loop) -> const Lane* {
    const auto found = std::ranges::find_if(
        lanes, [has_loop](const Lane& lane) { return lane.run.has_loop == has_loop; });
    return found == lanes.end() ? nullptr : &*found;
  };
  const Lane* const anchor = find(true);
  const Lane* const threads = find(false);
  std::vector<Run> runs;
  for (Lane& lane : lanes) runs.push_back(sum_up(lane, anchor, threads));
  return runs;
}

}  // namespace lab::loop
