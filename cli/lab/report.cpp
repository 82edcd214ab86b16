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
#include "lab/quantity.hpp"

namespace lab {
namespace {

constexpr std::size_t mebibyte = 1U << 20;

// --- text --------------------------------------------------------------------------

bool same(const Load& a, const Load& b) {
  return std::tie(a.rss, a.descriptors, a.workers) == std::tie(b.rss, b.descriptors, b.workers);
}

// The runs, by contender and load, with only those loads that pass a filter.
class Table {
 public:
  Table(const std::vector<Run>& runs, const std::function<bool(const Load&)>& wanted)
      : runs_(runs) {
    for (const Run& run : runs) {
      const auto is_here = [&](const Load& load) { return same(load, run.load); };
      if (wanted(run.load) && std::ranges::none_of(loads_, is_here)) loads_.push_back(run.load);
      if (std::ranges::find(contenders_, run.contender) == contenders_.end()) {
        contenders_.push_back(run.contender);
      }
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
      text += fmt::format("  {:<16}", contender);
      for (const Load& load : loads_) {
        const Run* const run = find(contender, load);
        text += fmt::format("{:>17}", run ? cell(*run) : "");
      }
      text += "\n";
    }
    return text;
  }

 private:
  std::string header(const std::function<std::string(const Load&)>& value, const char* what) const {
    std::string text = fmt::format("  {:<16}", what);
    for (const Load& load : loads_) text += fmt::format("{:>17}", value(load));
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

std::string legend(const std::vector<Run>& runs) {
  std::string text = "\n";
  std::vector<std::string> told;
  for (const Run& run : runs) {
    if (std::ranges::find(told, run.contender) != told.end()) continue;
    told.push_back(run.contender);
    text += fmt::format("  {:<16}{}\n", run.contender, kind(run.contender).description);
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
  for (const Kind& known : kinds()) {
    const auto times = growth(runs, known.name, weight, &Summary::p50, figure);
    if (times) text += fmt::format("{}{} x{:.1f}", text.empty() ? "" : ", ", known.name, *times);
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

json to_json(const Summary& summary) {
  return {{"p50", summary.p50}, {"p99", summary.p99}, {"max", summary.max}};
}

json to_json(const Interval& interval) {
  return {{"p50", interval.p50}, {"low", interval.low}, {"high", interval.high}};
}

json to_json(const std::optional<Summary>& summary) {
  return summary ? to_json(*summary) : json(nullptr);
}

}  // namespace

std::string as_text(const Machine& machine, const std::string& program,
                    const std::vector<Run>& runs) {
  const Table single(runs, [](const Load& load) { return load.workers == 1; });
  const Table together(runs, [](const Load& load) { return load.workers > 1; });
  std::string text = fmt::format(
      "forklift lab: {} launched from this process, made heavy\n"
      "{}, {} cores, {}, {}, {}; Forklift's engine: {}\n",
      program, machine.processor, machine.cores, print_size(machine.memory), machine.kernel,
      machine.libc, machine.engine);
  text += legend(runs);
  if (!single.empty()) {
    text +=
        single.print("Launch: from the call until the program runs (median; x: against vfork)",
                     [](const Run& run) { return with_ratio(run.launch.p50, run.launch_ratio); });
    text += single.print("Finish: until the program has ended and is reaped", [](const Run& run) {
      return with_ratio(run.finish.p50, run.finish_ratio);
    });
    text += single.print("Hold: how long the calling thread is inside the call",
                         [](const Run& run) { return microseconds(run.hold.p50); });
    text +=
        single.print("Bystander: longest pause of another thread meanwhile (with no launch at all)",
                     [](const Run& run) {
                       if (!run.gap) return std::string();
                       return fmt::format("{} ({})", microseconds(run.gap->p50),
                                          microseconds(run.idle_gap->p50));
                     });
  }
  if (!together.empty()) {
    text += together.print("Rate: launches per second, all threads together",
                           [](const Run& run) { return fmt::format("{:.0f}/s", run.rate); });
  }
  return text + conclusion(runs);
}

std::string as_json(const Machine& machine, const std::string& program,
                    const std::string& command_line, const std::vector<Run>& runs) {
  json all = json::array();
  for (const Run& run : runs) {
    all.push_back({{"contender", run.contender},
                   {"rss_mib", run.load.rss / mebibyte},
                   {"descriptors", run.load.descriptors},
                   {"workers", run.load.workers},
                   {"program", program},
                   {"launches", run.launches},
                   {"hold_us", to_json(run.hold)},
                   {"launch_us", to_json(run.launch)},
                   {"finish_us", to_json(run.finish)},
                   {"launch_ratio", to_json(run.launch_ratio)},
                   {"finish_ratio", to_json(run.finish_ratio)},
                   {"bystander_gap_us", to_json(run.gap)},
                   {"idle_gap_us", to_json(run.idle_gap)},
                   {"rate_per_s", run.rate}});
  }
  const json document = {{"kind", "sweep"},
                         {"machine", as_json(machine)},
                         {"command", command_line},
                         {"version", FORKLIFT_VERSION},
                         {"runs", all}};
  return document.dump(2) + "\n";
}

}  // namespace lab
