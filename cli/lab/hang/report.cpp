// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Two views of the same runs: tables with one column per contender for people,
// and JSON for the page and for scripts. A contender without a lock, or a real
// Go runtime whose lock is not visible, has words instead of figures in the
// tables.

#include "lab/hang/report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "lab/hang/explanation.hpp"
#include "lab/hang/figures.hpp"
#include "quantity.hpp"

namespace lab::hang {
namespace {

using nlohmann::json;

double rate(const Run& run) {
  return run.seconds > 0 ? static_cast<double>(run.launches) / run.seconds : 0;
}

// --- text --------------------------------------------------------------------------

std::string row(const std::vector<Run>& runs, const std::string& title,
                const std::function<std::string(const Run&)>& cell) {
  std::string text = fmt::format("  {:<34}", title);
  for (const Run& run : runs) text += fmt::format("{:>20}", cell(run));
  return text + "\n";
}

std::string summary_rows(const std::vector<Run>& runs, const std::string& what,
                         const std::function<std::string(const Run&, double Summary::*)>& cell) {
  const auto one = [&](const char* part_name, double Summary::*part) {
    return row(runs, what + ", " + part_name, [&](const Run& run) { return cell(run, part); });
  };
  return one("median", &Summary::p50) + one("99th percentile", &Summary::p99) +
         one("longest", &Summary::max);
}

std::string launch_cell(const Run& run, double Summary::*part) {
  return run.launches == 0 ? "-" : print_time(run.launch.*part);
}

std::string wait_cell(const Run& run, double Summary::*part) {
  if (run.waits_are_launches) return "in the launch";
  return run.rule ? print_time(run.lock_wait.*part) : "no lock";
}

std::string dumps(const Run& run) {
  const auto caught = std::ranges::count_if(run.waiting_per_dump, [](auto n) { return n > 0; });
  return fmt::format("{} of {}", caught, run.waiting_per_dump.size());
}

std::string waiting(const Run& run) {
  if (run.waiting_per_dump.empty()) return "-";
  const auto [least, most] = std::ranges::minmax(run.waiting_per_dump);
  return fmt::format("{} to {} of {}", least, most, run.workers);
}

std::string launches_of_workers(const Run& run) {
  if (run.by_worker.empty()) return "-";
  const auto [least, most] = std::ranges::minmax(run.by_worker, {}, &Worker::launches);
  return fmt::format("{} to {}", least.launches, most.launches);
}

std::string waits_of_workers(const Run& run) {
  if (!run.rule) return "no lock";
  if (run.by_worker.empty()) return "-";
  const auto [least, most] = std::ranges::minmax(run.by_worker, {}, &Worker::longest_wait_us);
  return fmt::format("{} to {}", print_time(least.longest_wait_us),
                     print_time(most.longest_wait_us));
}

std::string long_waits(const Run& run) {
  return run.rule ? fmt::format("{:.2f} %", 100 * share_of_long_waits(run)) : "no lock";
}

// Memory that grew less than requested: what adds it waits for forks, too.
std::string growth_caption(const std::vector<Run>& runs) {
  std::string text;
  for (const Run& run : runs) {
    const double short_of =
        static_cast<double>(run.resident_asked) - static_cast<double>(run.resident_last);
    if (short_of < 0.05 * static_cast<double>(run.resident_asked)) continue;
    text += fmt::format(
        "  {}: memory came to {} of the {} asked for, since what adds it waits for forks, too\n",
        run.contender, print_size(run.resident_last), print_size(run.resident_asked));
  }
  return text;
}

std::string table(const std::vector<Run>& runs) {
  const auto count = [](const Run& run) { return std::to_string(run.launches); };
  const auto speed = [](const Run& run) { return fmt::format("{:.1f}", rate(run)); };
  const auto first = [](const Run& run) { return print_size(run.resident_first); };
  const auto last = [](const Run& run) { return print_size(run.resident_last); };
  return row(runs, "", [](const Run& run) { return run.contender; }) +
         row(runs, "launches", count) + row(runs, "per second", speed) +
         summary_rows(runs, "launch", launch_cell) +
         summary_rows(runs, "wait for the lock", wait_cell) +
         row(runs, "waits of more than 3 medians", long_waits) +
         row(runs, "launches per worker", launches_of_workers) +
         row(runs, "longest wait of a worker", waits_of_workers) +
         row(runs, "dumps that saw waits", dumps) + row(runs, "workers that waited", waiting) +
         row(runs, "resident memory, at the start", first) +
         row(runs, "resident memory, at the end", last) + growth_caption(runs);
}

// One line per worker; none if there are too many to read.
std::string table_of_workers(const std::vector<Run>& runs) {
  constexpr std::size_t most = 64;
  std::size_t workers = 0;
  for (const Run& run : runs) workers = std::max(workers, run.by_worker.size());
  if (workers == 0 || workers > most) return "";
  std::string text = "\nLaunches and longest wait of each worker\n";
  for (std::size_t i = 0; i < workers; ++i) {
    text += row(runs, fmt::format("worker {}", i + 1), [i](const Run& run) -> std::string {
      if (i >= run.by_worker.size()) return "-";
      const Worker& worker = run.by_worker[i];
      if (!run.rule) return std::to_string(worker.launches);
      return fmt::format("{}, {}", worker.launches, print_time(worker.longest_wait_us));
    });
  }
  return text;
}

std::string effects_text(const Account& account) {
  std::string text;
  for (const auto& [title, effects] : account.effects) {
    text += fmt::format("\n{}, by rounds\n\n{}\n{}\n", title, as_text(effects), explain(effects));
  }
  return text;
}

std::string pace(const std::vector<Run>& runs) {
  const double asked = runs.empty() ? 0 : runs.front().asked_rate;
  return asked > 0 ? fmt::format("{:g} times per second", asked) : "as fast as they can";
}

std::string slowest_wait(const std::vector<Run>& runs) {
  const auto slowest =
      std::ranges::max_element(runs, {}, [](const Run& run) { return run.slowest.waited; });
  if (slowest == runs.end() || slowest->slowest_stack.empty()) return "";
  const std::chrono::duration<double, std::micro> waited = slowest->slowest.waited;
  std::string text = fmt::format("\nThe slowest wait ({}, {}) was here\n", slowest->contender,
                                 print_time(waited.count()));
  for (const std::string& line : slowest->slowest_stack) text += "  " + line + "\n";
  return text;
}

// --- JSON --------------------------------------------------------------------------

std::size_t mebibytes(std::size_t bytes) { return bytes >> 20; }

json to_json(const std::vector<Quarter>& quarters) {
  json all = json::array();
  for (const Quarter& quarter : quarters) {
    all.push_back({{"at_s", quarter.end_s},
                   {"longest_us", quarter.longest_us},
                   {"median_us", quarter.median_us},
                   {"rss_mib", mebibytes(quarter.resident)}});
  }
  return all;
}

json to_json(const Worker& worker) {
  return {{"launches", worker.launches}, {"longest_wait_us", worker.longest_wait_us}};
}

json over_time(const Worker& worker) {
  json waits = json::array();
  for (const double wait : worker.waits_us) waits.push_back(std::lround(wait));
  return waits;
}

// Waits over time only for a single run: rounds have breaks between them.
json to_json(const std::vector<Worker>& workers, bool with_waits) {
  json all = json::array();
  for (const Worker& worker : workers) {
    all.push_back(to_json(worker));
    if (with_waits) all.back()["waits_us"] = over_time(worker);
  }
  return all;
}

// The common part of a round and a whole run.
json figures_of(const Run& run) {
  return {{"contender", run.contender},
          {"seconds", run.seconds},
          {"launches", run.launches},
          {"launch_us", as_json(run.launch)},
          {"lock_wait_us", as_json(run.lock_wait)},
          {"share_of_long_waits", share_of_long_waits(run)},
          {"spread", spread(run)}};
}

json to_json(const Run& run, bool in_one_go) {
  json all = figures_of(run);
  all.update({{"rss_mib", mebibytes(run.resident_first)},
              {"rss_end_mib", mebibytes(run.resident_last)},
              {"rss_asked_mib", mebibytes(run.resident_asked)},
              {"workers", run.workers},
              {"rate_per_s", rate(run)},
              {"asked_rate_per_s", run.asked_rate > 0 ? json(run.asked_rate) : json(nullptr)},
              {"dumps", run.dump_at_s.size()},
              {"waiting_per_dump", run.waiting_per_dump},
              {"dump_at_s", run.dump_at_s},
              {"waits", to_json(run.quarters)},
              {"by_worker", to_json(run.by_worker, in_one_go)}});
  if (!run.runtime.empty()) all["runtime"] = run.runtime;
  if (run.waits_are_launches) all["waits_are_launches"] = true;
  return all;
}

json to_json(const std::vector<std::vector<Run>>& rounds) {
  json all = json::array();
  for (const auto& round : rounds) {
    json runs = json::array();
    for (const Run& run : round) runs.push_back(figures_of(run));
    all.push_back(runs);
  }
  return all;
}

json to_json(const std::vector<TitledEffects>& effects) {
  json all = json::array();
  for (const auto& [title, these] : effects) {
    json one = as_json(these);
    one["of"] = title;
    all.push_back(one);
  }
  return all;
}

std::string explanation_of(const Account& account) {
  if (account.effects.empty()) return explain(account.runs);
  std::string text;
  for (const auto& [title, effects] : account.effects) {
    text += (text.empty() ? "" : "\n") + title + ": " + explain(effects);
  }
  return text;
}

}  // namespace

std::string as_text(const Account& account) {
  const std::string explanation = account.effects.empty() ? explain(account.runs) : "";
  return fmt::format(
      "\nforklift lab hang: {} launched by all workers {}\n"
      "{}, {} cores, {}, {}, {}\n\n{}{}{}{}{}",
      account.program, pace(account.runs), account.machine.processor, account.machine.cores,
      print_size(account.machine.memory), account.machine.kernel, account.machine.libc,
      table(account.runs), table_of_workers(account.runs), slowest_wait(account.runs),
      effects_text(account), explanation.empty() ? "" : "\n" + explanation + "\n");
}

json as_json(const Account& account) {
  json runs = json::array();
  for (const Run& run : account.runs) runs.push_back(to_json(run, account.rounds.empty()));
  json all = {{"kind", "hang"},
              {"machine", as_json(account.machine)},
              {"command", account.command_line},
              {"version", FORKLIFT_VERSION},
              {"program", account.program},
              {"warnings", as_json(account.warnings)},
              {"explanation", explanation_of(account)},
              {"runs", runs}};
  if (!account.effects.empty()) {
    all["rounds"] = to_json(account.rounds);
    all["effects"] = to_json(account.effects);
  }
  return all;
}

}  // namespace lab::hang
