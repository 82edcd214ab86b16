// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "lab/hang/explanation.hpp"
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
  for (const Run& run : runs) text += fmt::format("{:>16}", cell(run));
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

std::string table(const std::vector<Run>& runs) {
  const auto count = [](const Run& run) { return std::to_string(run.launches); };
  const auto speed = [](const Run& run) { return fmt::format("{:.1f}", rate(run)); };
  const auto first = [](const Run& run) { return print_size(run.resident_first); };
  const auto last = [](const Run& run) { return print_size(run.resident_last); };
  return row(runs, "", [](const Run& run) { return run.contender; }) +
         row(runs, "launches", count) + row(runs, "per second", speed) +
         summary_rows(runs, "launch", launch_cell) +
         summary_rows(runs, "wait for the lock", wait_cell) +
         row(runs, "dumps that saw waits", dumps) + row(runs, "workers that waited", waiting) +
         row(runs, "resident memory, at the start", first) +
         row(runs, "resident memory, at the end", last);
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
                   {"rss_mib", mebibytes(quarter.resident)}});
  }
  return all;
}

json to_json(const Run& run) {
  return {{"contender", run.contender},
          {"rss_mib", mebibytes(run.resident_first)},
          {"rss_end_mib", mebibytes(run.resident_last)},
          {"workers", run.workers},
          {"seconds", run.seconds},
          {"launches", run.launches},
          {"rate_per_s", rate(run)},
          {"asked_rate_per_s", run.asked_rate > 0 ? json(run.asked_rate) : json(nullptr)},
          {"launch_us", as_json(run.launch)},
          {"lock_wait_us", as_json(run.lock_wait)},
          {"dumps", run.dump_at_s.size()},
          {"waiting_per_dump", run.waiting_per_dump},
          {"dump_at_s", run.dump_at_s},
          {"waits", to_json(run.quarters)}};
}

}  // namespace

std::string as_text(const Account& account) {
  const std::string explanation = explain(account.runs);
  return fmt::format(
      "\nforklift lab hang: {} launched by all workers {}\n"
      "{}, {} cores, {}, {}, {}\n\n{}{}{}",
      account.program, pace(account.runs), account.machine.processor, account.machine.cores,
      print_size(account.machine.memory), account.machine.kernel, account.machine.libc,
      table(account.runs), slowest_wait(account.runs),
      explanation.empty() ? "" : "\n" + explanation + "\n");
}

json as_json(const Account& account) {
  json runs = json::array();
  for (const Run& run : account.runs) runs.push_back(to_json(run));
  return {{"kind", "hang"},
          {"machine", as_json(account.machine)},
          {"command", account.command_line},
          {"version", FORKLIFT_VERSION},
          {"program", account.program},
          {"warnings", as_json(account.warnings)},
          {"explanation", explain(account.runs)},
          {"runs", runs}};
}

}  // namespace lab::hang
