// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Separates the two changes of Go 1.9, copying and the mutex. Each effect is a
// ratio of two contenders within one round, since a machine's speed changes
// between rounds; the interval over the rounds decides what may be claimed.
// Where it includes 1 or two intervals overlap, no cause is named.

#include "lab/hang/effects.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "lab/hang/figures.hpp"

namespace lab::hang {
namespace {

using nlohmann::json;

// Never zero, since it is a divisor: a share as if half a wait more had been
// long, a spread as if one launch more lay between minimum and maximum.
double value(Measure measure, const Run& run) {
  const auto workers = static_cast<double>(std::max<std::size_t>(run.by_worker.size(), 1));
  switch (measure) {
    case Measure::median: return run.launch.p50;
    case Measure::p99: return run.launch.p99;
    case Measure::longest: return run.launch.max;
    case Measure::long_waits:
      return (static_cast<double>(run.long_waits) + 0.5) / (static_cast<double>(run.waits) + 1);
    case Measure::spread:
      return spread(run) + workers / static_cast<double>(std::max<std::size_t>(run.launches, 1));
  }
  return 0;
}

const Run* find(const std::vector<Run>& round, const std::string& contender) {
  const auto run = std::ranges::find(round, contender, &Run::contender);
  return run != round.end() && run->launches > 0 ? &*run : nullptr;
}

// With and without one change, for a given state of the other.
struct Pair {
  std::string with, without;
};

std::optional<double> ratio(const std::vector<Run>& round, const Pair& pair, Measure measure) {
  const Run* const with = find(round, pair.with);
  const Run* const without = find(round, pair.without);
  if (!with || !without) return std::nullopt;
  return value(measure, *with) / value(measure, *without);
}

// Both together: the geometric mean of the two ratios of a round.
std::vector<Effect> effects(const std::vector<std::vector<Run>>& rounds, const Pair& first,
                            const Pair& second) {
  std::vector<Effect> all;
  for (const Measure measure : measures) {
    std::vector<double> one, other, both;
    for (const auto& round : rounds) {
      const auto in_first = ratio(round, first, measure);
      const auto in_second = ratio(round, second, measure);
      if (in_first) one.push_back(*in_first);
      if (in_second) other.push_back(*in_second);
      if (in_first && in_second) both.push_back(std::sqrt(*in_first * *in_second));
    }
    all.push_back({measure, interval(one), interval(other), interval(both)});
  }
  return all;
}

std::string factor(double ratio) {
  return ratio < 9.95 ? fmt::format("{:.1f}", ratio) : fmt::format("{:.0f}", ratio);
}

std::string print(const Interval& ratio) {
  return fmt::format("{} ({} to {})", factor(ratio.p50), factor(ratio.low), factor(ratio.high));
}

std::string table(const std::string& title, const std::string& first, const std::string& second,
                  const std::vector<Effect>& effects) {
  std::string text = fmt::format("  {:<34}{:>24}{:>24}{:>24}\n", title, first, second, "both");
  for (const Effect& effect : effects) {
    text += fmt::format("  {:<34}{:>24}{:>24}{:>24}\n", name(effect.measure), print(effect.first),
                        print(effect.second), print(effect.both));
  }
  return text;
}

void append(std::string& list, const std::string& item) {
  list += (list.empty() ? "" : ", ") + item;
}

std::string sentence(const std::string& cause, const std::vector<Effect>& effects) {
  std::string more, less, unclear;
  for (const Effect& effect : effects) {
    const std::string what = "the " + name(effect.measure);
    const auto& [p50, low, high] = effect.both;
    if (low > 1) append(more, what + " by " + print(effect.both));
    if (high < 1) append(less, what + " to " + print(effect.both));
    if (low <= 1 && high >= 1) append(unclear, what);
  }
  std::string text;
  if (!more.empty()) text += fmt::format("{} multiplies {}. ", cause, more);
  if (!less.empty()) text += fmt::format("{} lessens {}. ", cause, less);
  if (!unclear.empty()) {
    text += fmt::format("{}: the figures do not show an effect on {}. ", cause, unclear);
  }
  return text.substr(0, text.size() - 1);
}

// The stronger of the two causes for a measure; empty if the intervals overlap.
std::string main_cause(const Effects& effects, Measure measure) {
  const auto of = [measure](const std::vector<Effect>& all) {
    return std::ranges::find(all, measure, &Effect::measure)->both;
  };
  const Interval copying = of(effects.copying), mutex = of(effects.mutex);
  if (copying.low > std::max(mutex.high, 1.0)) return "copying";
  if (mutex.low > std::max(copying.high, 1.0)) return "the mutex";
  return "";
}

std::string conclusion(const Effects& effects) {
  std::string text;
  for (const std::string& cause : {std::string("copying"), std::string("the mutex")}) {
    std::string all;
    for (const Measure measure : measures) {
      if (main_cause(effects, measure) != cause) continue;
      all += (all.empty() ? "the " : ", the ") + name(measure);
    }
    if (!all.empty()) text += (text.empty() ? "" : "; ") + cause + " decides " + all;
  }
  return text.empty() ? "" : "So " + text + ".";
}

json as_json(const std::vector<Effect>& effects, const char* first, const char* second) {
  json all = json::object();
  for (const Effect& effect : effects) {
    all[name(effect.measure)] = {{first, lab::as_json(effect.first)},
                                 {second, lab::as_json(effect.second)},
                                 {"both", lab::as_json(effect.both)}};
  }
  return all;
}

}  // namespace

std::vector<std::string> Corners::all() const {
  return {fork_barging, fork_fair, vfork_barging, vfork_fair};
}

const Corners& own_corners() {
  static const Corners corners{"go1.8", "go1.8-fair", "go1.9-barging", "go1.9"};
  return corners;
}

std::string name(Measure measure) {
  switch (measure) {
    case Measure::median: return "median launch";
    case Measure::p99: return "99th percentile";
    case Measure::longest: return "longest launch";
    case Measure::long_waits: return "share of long waits";
    case Measure::spread: return "spread between workers";
  }
  return "";
}

Effects effects_of(const std::vector<std::vector<Run>>& rounds, const Corners& corners) {
  return {.rounds = rounds.size(),
          .copying = effects(rounds, {corners.fork_barging, corners.vfork_barging},
                             {corners.fork_fair, corners.vfork_fair}),
          .mutex = effects(rounds, {corners.fork_barging, corners.fork_fair},
                           {corners.vfork_barging, corners.vfork_fair})};
}

std::string as_text(const Effects& effects) {
  return fmt::format(
      "{}\n{}  times as much, median of {} rounds, with the interval that holds it with 95 % "
      "confidence; both: the geometric mean\n",
      table("copying multiplies (fork to vfork)", "barging mutex", "fair mutex", effects.copying),
      table("the mutex multiplies (1.8 to 1.9)", "with fork", "with vfork", effects.mutex),
      effects.rounds);
}

std::string explain(const Effects& effects) {
  std::string text = sentence("Copying the page tables", effects.copying) + "\n" +
                     sentence("The mutex of Go 1.8", effects.mutex);
  const std::string so = conclusion(effects);
  return so.empty() ? text : text + "\n" + so;
}

json as_json(const Effects& effects) {
  return {{"rounds", effects.rounds},
          {"copying", as_json(effects.copying, "barging", "fair")},
          {"mutex", as_json(effects.mutex, "fork", "vfork")}};
}

}  // namespace lab::hang
