// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fmt/core.h>

#include <forklift/counters.hpp>
#include <nlohmann/json.hpp>

#include "run/outcome.hpp"
#include "run/request.hpp"

namespace run {
namespace {

using Json = nlohmann::ordered_json;

double in_microseconds(Outcome::Time time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

// The only launch of this process is the one counted.
std::string_view engine_used() {
  using forklift::Engine;
  const auto counted = forklift::counters();
  for (const Engine engine : {Engine::fork, Engine::shared_memory, Engine::shared_table}) {
    if (counted.launches(engine) > 0) return forklift::name(engine);
  }
  return "none";
}

Json failure(const Outcome& outcome) {
  if (!outcome.failure) return nullptr;
  const auto& error = *outcome.failure;
  return {{"step", std::string(forklift::name(error.step()))},
          {"subject", error.subject()},
          {"errno", error.code().value()},
          {"text", error.what()}};
}

void add_usage(Json& stats, const forklift::Usage& usage) {
  stats["user_us"] = usage.user.count();
  stats["system_us"] = usage.system.count();
  stats["max_resident_bytes"] = usage.max_resident;
  stats["minor_faults"] = usage.minor_faults;
  stats["major_faults"] = usage.major_faults;
  stats["voluntary_switches"] = usage.voluntary_switches;
  stats["involuntary_switches"] = usage.involuntary_switches;
}

Json whole(const RunRequest& request, const Outcome& outcome) {
  using forklift::name;
  Json stats;
  stats["program"] = request.argv.front();
  stats["argv"] = request.argv;
  stats["pid"] = outcome.pid < 0 ? Json() : Json(outcome.pid);
  stats["engine"] = std::string(engine_used());
  stats["guarantees"] = {{"parent_death", std::string(name(outcome.guarantees.parent_death))},
                         {"cgroup", std::string(name(outcome.guarantees.cgroup))},
                         {"tree", std::string(name(outcome.guarantees.tree))}};
  stats["cgroup"] = outcome.cgroup.empty() ? Json() : Json(outcome.cgroup);
  stats["hold_us"] = in_microseconds(outcome.hold);
  stats["launch_us"] = in_microseconds(outcome.launch);
  stats["finish_us"] = in_microseconds(outcome.finish);
  const auto& status = outcome.status;
  add_usage(stats, status && status->usage() ? *status->usage() : forklift::Usage());
  stats["exit_code"] = status && status->exited() ? Json(status->code()) : Json();
  stats["signal"] = status && status->signaled() ? Json(status->signal()) : Json();
  stats["core_dumped"] = status && status->core_dumped();
  stats["timed_out"] = outcome.timed_out;
  stats["failure"] = failure(outcome);
  return stats;
}

std::string as_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{:.1f}", value.get<double>());
  if (!value.is_structured()) return value.is_null() ? "-" : value.dump();
  std::string text;
  for (const auto& [key, part] : value.items()) {
    text += text.empty() ? "" : " ";
    text += value.is_array() ? as_text(part) : key + "=" + as_text(part);
  }
  return text;
}

}  // namespace

std::string print_stats(const RunRequest& request, const Outcome& outcome) {
  const Json stats = whole(request, outcome);
  // Names of files need not be UTF-8.
  if (request.reporting.stats == Reporting::Stats::json) {
    return stats.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  std::string text;
  for (const auto& [key, value] : stats.items()) {
    text += fmt::format("{:<21} {}\n", key, as_text(value));
  }
  return text;
}

}  // namespace run
