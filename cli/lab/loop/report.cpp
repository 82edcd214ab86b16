// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/loop/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lab/table.hpp"
#include "quantity.hpp"

namespace lab::loop {
namespace {

using nlohmann::json;

// --- text --------------------------------------------------------------------------

std::string pair(double first, double second) {
  return print_time(first) + " / " + print_time(second);
}

std::string with_interval(const Interval& ratio) {
  if (ratio.p50 == 0) return "";
  return fmt::format("{:.3g} ({:.3g}..{:.3g})", ratio.p50, ratio.low, ratio.high);
}

std::string legend(const std::vector<Run>& runs) {
  std::string text = "\n";
  for (const std::string& name : contenders(runs)) {
    const auto run = std::ranges::find(runs, name, &Run::contender);
    text += fmt::format("  {:<18}{}\n", name, run->description);
  }
  return text;
}

// Of a burst that was cut off: the fewest.
std::string done(const Run& run, std::size_t coroutines) {
  if (run.done_per_burst.empty()) return "";
  const std::size_t least = std::ranges::min(run.done_per_burst);
  return least == coroutines ? "all" : fmt::format("{} in time", least);
}

// A table whose cells exist only for contenders with a loop.
std::string of_loops(const Table<Run>& table, const std::string& title,
                     const std::function<std::string(const Run&)>& cell) {
  return table.print(title, [&](const Run& run) { return run.has_loop ? cell(run) : ""; });
}

std::string anchor_of(const std::vector<Run>& runs) {
  const auto anchor = std::ranges::find(runs, true, &Run::has_loop);
  return anchor == runs.end() ? "" : anchor->contender;
}

std::string of_the_loop(const Table<Run>& table, const std::string& anchor) {
  return of_loops(table, "Hold: the loop's thread is inside the call, median / p99",
                  [](const Run& run) { return pair(run.hold.summary.p50, run.hold.summary.p99); }) +
         of_loops(table, "Hold against " + anchor + " (in brackets: with 95 % confidence)",
                  [](const Run& run) { return with_interval(run.hold_ratio); }) +
         of_loops(table, "Heartbeat, every 1 ms: late by, p99 / most",
                  [](const Run& run) { return pair(run.beat.summary.p99, run.beat.summary.max); }) +
         of_loops(table, "The same while nothing is launched", [](const Run& run) {
           return pair(run.idle_beat.summary.p99, run.idle_beat.summary.max);
         });
}

std::string of_the_queue(const Table<Run>& table, std::size_t coroutines) {
  return of_loops(table,
                  fmt::format("Coroutines that launched, of {} that begin at once", coroutines),
                  [=](const Run& run) { return done(run, coroutines); }) +
         of_loops(
             table, "Queueing: from asking for a permit to having it, median / p99.9",
             [](const Run& run) { return pair(run.queueing.summary.p50, run.queueing.p999); }) +
         of_loops(table, "Queueing, p99.9 over median of each burst",
                  [](const Run& run) { return with_interval(run.queue_spread); }) +
         of_loops(table, "Most children at once",
                  [](const Run& run) { return std::to_string(run.most_children); });
}

std::string of_the_stream(const Table<Run>& table) {
  return table.print("Rate: launches per second, from one thread but for the threads",
                     [](const Run& run) { return fmt::format("{:.0f}/s", run.rate.p50); }) +
         of_loops(table, "Rate against that of the threads",
                  [](const Run& run) { return with_interval(run.rate_ratio); });
}

// --- JSON --------------------------------------------------------------------------

json to_json(const Tail& tail) {
  json all = as_json(tail.summary);
  all["p999"] = tail.p999;
  return all;
}

json to_json(const Run& run) {
  constexpr std::size_t mebibyte = 1U << 20;
  json all{{"contender", run.contender},          {"rss_mib", run.load.rss / mebibyte},
           {"descriptors", run.load.descriptors}, {"launches", run.launches},
           {"rate_per_s", as_json(run.rate)},     {"rate_ratio", as_json(run.rate_ratio)}};
  if (!run.has_loop) return all;
  all.update({{"hold_us", to_json(run.hold)},
              {"hold_ratio", as_json(run.hold_ratio)},
              {"heartbeat_us", to_json(run.beat)},
              {"idle_heartbeat_us", to_json(run.idle_beat)},
              {"queueing_us", to_json(run.queueing)},
              {"queueing_spread", as_json(run.queue_spread)},
              {"done_per_burst", run.done_per_burst},
              {"most_children", run.most_children}});
  return all;
}

}  // namespace

std::string as_text(const Findings& findings) {
  const auto& [machine, program, command, settings, runs, warnings] = findings;
  const Table<Run> table(runs, [](const Load&) { return true; });
  return fmt::format(
             "forklift lab loop: {} launched from coroutines of one thread, {} children at a time\n"
             "{}, {} cores, {}, {}, {}; Forklift's engine: {}\n",
             program, settings.limit, machine.processor, machine.cores, print_size(machine.memory),
             machine.kernel, machine.libc, machine.engine) +
         legend(runs) + of_the_loop(table, anchor_of(runs)) +
         of_the_queue(table, settings.coroutines) + of_the_stream(table) + lab::as_text(warnings);
}

json as_json(const Findings& findings) {
  json all = json::array();
  for (const Run& run : findings.runs) all.push_back(to_json(run));
  return {{"kind", "loop"},
          {"machine", as_json(findings.machine)},
          {"command", findings.command_line},
          {"version", FORKLIFT_VERSION},
          {"program", findings.program},
          {"coroutines", findings.settings.coroutines},
          {"limit", findings.settings.limit},
          {"rounds", findings.settings.rounds},
          {"against", anchor_of(findings.runs)},
          {"warnings", as_json(findings.warnings)},
          {"runs", all}};
}

}  // namespace lab::loop
