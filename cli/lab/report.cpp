// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/report.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "lab/contender.hpp"
#include "lab/table.hpp"
#include "quantity.hpp"

namespace lab {
namespace {

constexpr std::size_t mebibyte = 1U << 20;

// --- text --------------------------------------------------------------------------

std::string microseconds(double value) {
  return value < 10'000 ? fmt::format("{:.0f} us", value) : fmt::format("{:.1f} ms", value / 1000);
}

std::string with_ratio(double value, const Interval& ratio) {
  if (ratio.p50 == 0) return microseconds(value);
  return fmt::format(
      "{}  {:>5}", microseconds(value),
      ratio.p50 < 100 ? fmt::format("x{:.2f}", ratio.p50) : fmt::format("x{:.0f}", ratio.p50));
}

std::string with_interval(const Run& run, const Interval& ratio) {
  if (run.is_anchor) return "1";
  if (ratio.p50 == 0) return "";
  if (no_difference(ratio)) return "no difference";
  const int digits = ratio.high < 100 ? 2 : 0;
  return fmt::format("{:.{}f} .. {:.{}f}", ratio.low, digits, ratio.high, digits);
}

std::string against(const std::vector<Run>& runs) {
  const auto anchor = std::ranges::find(runs, true, &Run::is_anchor);
  return anchor == runs.end() ? "" : anchor->contender;
}

std::string legend(const std::vector<Run>& runs) {
  std::string text = "\n";
  for (const std::string& name : contenders(runs)) {
    const auto run = std::ranges::find(runs, name, &Run::contender);
    text += fmt::format("  {:<16}{}\n", name, run->description);
  }
  return text;
}

// The factor between a contender's launch under the heaviest load of some kind
// and under the lightest.
std::optional<double> growth(const std::vector<Run>& runs, const std::string& contender,
                             const std::function<std::size_t(const Load&)>& weight,
                             const std::function<double(const Run&)>& figure) {
  const Run* light = nullptr;
  const Run* heavy = nullptr;
  for (const Run& run : runs) {
    if (run.contender != contender || run.load.workers != 1 || figure(run) == 0) continue;
    if (!light || weight(run.load) < weight(light->load)) light = &run;
    if (!heavy || weight(run.load) > weight(heavy->load)) heavy = &run;
  }
  if (!light || weight(light->load) == weight(heavy->load)) return std::nullopt;
  return figure(*heavy) / figure(*light);
}

std::string growth_line(const std::vector<Run>& runs, const char* what, const char* verb,
                        const std::function<std::size_t(const Load&)>& weight,
                        const std::function<double(const Run&)>& figure) {
  std::string text;
  for (const std::string& name : contenders(runs)) {
    const auto times = growth(runs, name, weight, figure);
    if (times) text += fmt::format("{}{} x{:.1f}", text.empty() ? "" : ", ", name, *times);
  }
  return text.empty() ? "" : fmt::format("  {} from least to most {}: {}\n", verb, what, text);
}

std::string conclusion(const std::vector<Run>& runs) {
  const auto by_memory = [](const Load& load) { return load.rss; };
  const auto by_descriptors = [](const Load& load) { return load.descriptors; };
  const auto launch = [](const Run& run) { return run.launch.p50; };
  const auto first = [](const Run& run) { return run.first ? run.first->launch.p50 : 0; };
  const auto finish = [](const Run& run) { return run.finish.p50; };
  std::string text = growth_line(runs, "memory", "launch", by_memory, launch) +
                     growth_line(runs, "memory", "first launch", by_memory, first) +
                     growth_line(runs, "descriptors", "finish", by_descriptors, finish);
  return text.empty() ? "" : "\nHow it grows\n" + text;
}

// --- JSON --------------------------------------------------------------------------

using nlohmann::json;

json to_json(const std::optional<Summary>& summary) {
  return summary ? as_json(*summary) : json(nullptr);
}

json to_json(const std::optional<FirstLaunch>& first) {
  if (!first) return nullptr;
  return {{"processes", first->processes},
          {"hold_us", as_json(first->hold)},
          {"launch_us", as_json(first->launch)},
          {"finish_us", as_json(first->finish)},
          {"ratio_to_later", as_json(first->ratio)},
          {"pages_written", first->pages},
          {"faults", as_json(first->faults)},
          {"write_us", as_json(first->write)},
          {"write_before_us", as_json(first->write_before)}};
}

std::string in_short(const Table<Run>& single, const std::string& anchor) {
  return single.print(
             "Launch: from the call until the program runs (median; x: against " + anchor + ")",
             [](const Run& run) { return with_ratio(run.launch.p50, run.launch_ratio); }) +
         single.print("Finish: until the program has ended and is reaped",
                      [](const Run& run) { return with_ratio(run.finish.p50, run.finish_ratio); });
}

// The cost of a write to memory after the first launch, for people.
std::string writing(const Run& run) {
  if (!run.first || run.first->pages == 0) return "";
  return fmt::format("{:.0f}, {}", run.first->faults.p50, microseconds(run.first->write.p50));
}

std::string written(const std::vector<Run>& runs) {
  std::size_t pages = 0;
  bool all = true;
  for (const Run& run : runs) {
    if (!run.first) continue;
    pages = std::max(pages, run.first->pages);
    all = all && run.first->pages * page_size >= run.load.rss;
  }
  return all ? "all its memory" : fmt::format("up to {} of its pages", pages);
}

std::string of_first_launches(const Table<Run>& single, const std::vector<Run>& runs) {
  if (std::ranges::none_of(runs, [](const Run& run) { return run.first.has_value(); })) return "";
  return single.print("First: a fresh process's first launch (median; x: against its later ones)",
                      [](const Run& run) {
                        if (!run.first) return std::string();
                        return with_ratio(run.first->launch.p50, run.first->ratio);
                      }) +
         single.print(
             "Afterwards: page faults by writing " + written(runs) + " once more, and time",
             writing);
}

std::string first_in_detail(const Table<Run>& single) {
  return single.print("First launch: its median lies in here with 95 % confidence",
                      [](const Run& run) {
                        if (!run.first) return std::string();
                        const Interval& launch = run.first->launch;
                        return microseconds(launch.low) + " .. " + microseconds(launch.high);
                      });
}

std::string in_detail(const Table<Run>& single, const std::string& anchor) {
  return single.print("Launch against " + anchor + ": the ratio lies in here with 95 % confidence",
                      [](const Run& run) { return with_interval(run, run.launch_ratio); }) +
         single.print("Finish against " + anchor + ", likewise",
                      [](const Run& run) { return with_interval(run, run.finish_ratio); }) +
         single.print("Slow launches: 99th percentile / longest", [](const Run& run) {
           return microseconds(run.launch.p99) + " / " + microseconds(run.launch.max);
         });
}

std::string of_the_process(const Table<Run>& single) {
  return single.print("Hold: how long the calling thread is inside the call",
                      [](const Run& run) { return microseconds(run.hold.p50); }) +
         single.print(
             "LatencyProbe: longest pause of another thread meanwhile (with no launch at all)",
             [](const Run& run) {
               if (!run.gap) return std::string();
               return fmt::format("{} ({})", microseconds(run.gap->p50),
                                  microseconds(run.idle_gap->p50));
             });
}

}  // namespace

std::string as_text(const Findings& findings, bool brief) {
  const auto& [machine, program, command, runs, warnings] = findings;
  const Table<Run> single(runs, [](const Load& load) { return load.workers == 1; });
  const Table<Run> together(runs, [](const Load& load) { return load.workers > 1; });
  std::string text = fmt::format(
      "forklift lab: {} launched from this process, made heavy\n"
      "{}, {} cores, {}, {}, {}; Forklift's engine: {}\n",
      program, machine.processor, machine.cores, print_size(machine.memory), machine.kernel,
      machine.libc, machine.engine);
  text += legend(runs);
  if (!single.empty()) {
    text += in_short(single, against(runs)) + of_first_launches(single, runs);
    if (!brief) text += in_detail(single, against(runs)) + first_in_detail(single);
    text += of_the_process(single);
  }
  if (!together.empty()) {
    text += together.print("Rate: launches per second, all threads together",
                           [](const Run& run) { return fmt::format("{:.0f}/s", run.rate); });
  }
  return text + conclusion(runs) + as_text(warnings);
}

json as_json(const Findings& findings) {
  json all = json::array();
  for (const Run& run : findings.runs) {
    all.push_back({{"contender", run.contender},
                   {"rss_mib", run.load.rss / mebibyte},
                   {"descriptors", run.load.descriptors},
                   {"workers", run.load.workers},
                   {"program", findings.program},
                   {"launches", run.launches},
                   {"hold_us", as_json(run.hold)},
                   {"launch_us", as_json(run.launch)},
                   {"finish_us", as_json(run.finish)},
                   {"launch_ratio", as_json(run.launch_ratio)},
                   {"finish_ratio", as_json(run.finish_ratio)},
                   {"bystander_gap_us", to_json(run.gap)},
                   {"idle_gap_us", to_json(run.idle_gap)},
                   {"first", to_json(run.first)},
                   {"rate_per_s", run.rate}});
    if (run.own_process) all.back()["process"] = "own";
  }
  return {{"kind", "sweep"},
          {"machine", as_json(findings.machine)},
          {"command", findings.command_line},
          {"version", FORKLIFT_VERSION},
          {"against", against(findings.runs)},
          {"warnings", as_json(findings.warnings)},
          {"runs", all}};
}

}  // namespace lab
