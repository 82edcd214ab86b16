// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/report.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>

#include "lab/contender.hpp"
#include "quantity.hpp"

namespace lab {
namespace {

constexpr std::size_t mebibyte = 1U << 20;

// --- text --------------------------------------------------------------------------

bool same(const Load& a, const Load& b) {
  return std::tie(a.rss, a.descriptors, a.workers) == std::tie(b.rss, b.descriptors, b.workers);
}

std::vector<std::string> contenders(const std::vector<Run>& runs) {
  std::vector<std::string> names;
  for (const Run& run : runs) {
    if (std::ranges::find(names, run.contender) == names.end()) names.push_back(run.contender);
  }
  return names;
}

// The runs, by contender and load, with only those loads that pass a filter.
class Table {
 public:
  Table(const std::vector<Run>& runs, const std::function<bool(const Load&)>& wanted)
      : runs_(runs), contenders_(contenders(runs)) {
    for (const Run& run : runs) {
      const auto is_here = [&](const Load& load) { return same(load, run.load); };
      if (wanted(run.load) && std::ranges::none_of(loads_, is_here)) loads_.push_back(run.load);
    }
  }

  bool empty() const { return loads_.empty(); }

  std::string print(const std::string& title,
                    const std::function<std::string(const Run&)>& cell) const {
    std::string text = "\n" + title + "\n";
    text += header([](const Load& load) { return print_size(load.rss); }, "resident");
    text +=
        header([](const Load& load) { return fmt::format("{}", load.descriptors); }, "descriptors");
    if (std::ranges::any_of(loads_, [](const Load& load) { return load.workers > 1; })) {
      text += header([](const Load& load) { return fmt::format("{}", load.workers); }, "threads");
    }
    for (const std::string& contender : contenders_) {
      std::string cells;
      for (const Load& load : loads_) {
        const Run* const run = find(contender, load);
        cells += fmt::format("{:>19}", run ? cell(*run) : "");
      }
      // Nothing is told of who takes no part in any of this.
      if (cells.find_first_not_of(' ') == std::string::npos) continue;
      text += fmt::format("  {:<16}{}\n", contender, cells);
    }
    return text;
  }

 private:
  std::string header(const std::function<std::string(const Load&)>& value, const char* what) const {
    std::string text = fmt::format("  {:<16}", what);
    for (const Load& load : loads_) text += fmt::format("{:>19}", value(load));
    return text + "\n";
  }

  const Run* find(const std::string& contender, const Load& load) const {
    for (const Run& run : runs_) {
      if (run.contender == contender && same(run.load, load)) return &run;
    }
    return nullptr;
  }

  const std::vector<Run>& runs_;
  std::vector<std::string> contenders_;
  std::vector<Load> loads_;
};

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

// How many times as long a contender's launch takes under the heaviest load of
// some kind as under the lightest.
std::optional<double> growth(const std::vector<Run>& runs, const std::string& contender,
                             const std::function<std::size_t(const Load&)>& weight,
                             double Summary::*part, Summary Run::*figure) {
  const Run* light = nullptr;
  const Run* heavy = nullptr;
  for (const Run& run : runs) {
    if (run.contender != contender || run.load.workers != 1) continue;
    if (!light || weight(run.load) < weight(light->load)) light = &run;
    if (!heavy || weight(run.load) > weight(heavy->load)) heavy = &run;
  }
  if (!light || weight(light->load) == weight(heavy->load)) return std::nullopt;
  return (heavy->*figure).*part / ((light->*figure).*part);
}

std::string growth_line(const std::vector<Run>& runs, const char* what, const char* verb,
                        const std::function<std::size_t(const Load&)>& weight,
                        Summary Run::*figure) {
  std::string text;
  for (const std::string& name : contenders(runs)) {
    const auto times = growth(runs, name, weight, &Summary::p50, figure);
    if (times) text += fmt::format("{}{} x{:.1f}", text.empty() ? "" : ", ", name, *times);
  }
  return text.empty() ? "" : fmt::format("  {} from least to most {}: {}\n", verb, what, text);
}

std::string conclusion(const std::vector<Run>& runs) {
  const auto by_memory = [](const Load& load) { return load.rss; };
  const auto by_descriptors = [](const Load& load) { return load.descriptors; };
  std::string text = growth_line(runs, "memory", "launch", by_memory, &Run::launch) +
                     growth_line(runs, "descriptors", "finish", by_descriptors, &Run::finish);
  return text.empty() ? "" : "\nHow it grows\n" + text;
}

// --- JSON --------------------------------------------------------------------------

using nlohmann::json;

json to_json(const Interval& interval) {
  return {{"p50", interval.p50}, {"low", interval.low}, {"high", interval.high}};
}

json to_json(const std::optional<Summary>& summary) {
  return summary ? as_json(*summary) : json(nullptr);
}

std::string in_short(const Table& single, const std::string& anchor) {
  return single.print(
             "Launch: from the call until the program runs (median; x: against " + anchor + ")",
             [](const Run& run) { return with_ratio(run.launch.p50, run.launch_ratio); }) +
         single.print("Finish: until the program has ended and is reaped",
                      [](const Run& run) { return with_ratio(run.finish.p50, run.finish_ratio); });
}

std::string in_detail(const Table& single, const std::string& anchor) {
  return single.print("Launch against " + anchor + ": the ratio lies in here with 95 % confidence",
                      [](const Run& run) { return with_interval(run, run.launch_ratio); }) +
         single.print("Finish against " + anchor + ", likewise",
                      [](const Run& run) { return with_interval(run, run.finish_ratio); }) +
         single.print("Slow launches: 99th percentile / longest", [](const Run& run) {
           return microseconds(run.launch.p99) + " / " + microseconds(run.launch.max);
         });
}

std::string of_the_process(const Table& single) {
  return single.print("Hold: how long the calling thread is inside the call",
                      [](const Run& run) { return microseconds(run.hold.p50); }) +
         single.print(
             "Bystander: longest pause of another thread meanwhile (with no launch at all)",
             [](const Run& run) {
               if (!run.gap) return std::string();
               return fmt::format("{} ({})", microseconds(run.gap->p50),
                                  microseconds(run.idle_gap->p50));
             });
}

std::string as_text(const std::vector<Warning>& warnings) {
  std::string text = warnings.empty() ? "" : "\nWarnings\n";
  for (const Warning& warning : warnings) {
    text += fmt::format("  {}: {};\n    {}\n", name(warning.kind), warning.text, warning.advice);
  }
  return text;
}

}  // namespace

std::string as_text(const Findings& findings, bool brief) {
  const auto& [machine, program, command, runs, warnings] = findings;
  const Table single(runs, [](const Load& load) { return load.workers == 1; });
  const Table together(runs, [](const Load& load) { return load.workers > 1; });
  std::string text = fmt::format(
      "forklift lab: {} launched from this process, made heavy\n"
      "{}, {} cores, {}, {}, {}; Forklift's engine: {}\n",
      program, machine.processor, machine.cores, print_size(machine.memory), machine.kernel,
      machine.libc, machine.engine);
  text += legend(runs);
  if (!single.empty()) {
    text += in_short(single, against(runs));
    if (!brief) text += in_detail(single, against(runs));
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
                   {"launch_ratio", to_json(run.launch_ratio)},
                   {"finish_ratio", to_json(run.finish_ratio)},
                   {"bystander_gap_us", to_json(run.gap)},
                   {"idle_gap_us", to_json(run.idle_gap)},
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
