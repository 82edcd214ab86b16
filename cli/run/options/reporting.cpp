// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <stdexcept>

#include "quantity.hpp"
#include "run/option.hpp"
#include "run/request.hpp"

namespace run {
namespace {

using Text = const std::string&;

forklift::Engine parse_engine(const std::string& text) {
  using forklift::Engine;
  for (const Engine engine : {Engine::fork, Engine::shared_memory, Engine::shared_table}) {
    if (forklift::name(engine) == text) return engine;
  }
  throw std::invalid_argument("unknown engine '" + text + "' (fork, shared_memory, shared_table)");
}

Reporting::Stats parse_stats(const std::string& text) {
  if (text == "text") return Reporting::Stats::text;
  if (text == "json") return Reporting::Stats::json;
  throw std::invalid_argument("must be text or json");
}

constexpr Option options[] = {
    {"--engine", "", "NAME",
     "Refuses to launch with an engine below this one: shared_table, shared_memory, fork",
     [](RunRequest& request, Text value) { request.command.require(parse_engine(value)); }},
    {"--allow-fork", "", "", "Launches by fork where the kernel forbids a second stage",
     [](RunRequest& request, Text) { request.command.allow_fork(); }},
    {"--launch-deadline", "", "TIME", "Limits the time of the launch itself, until exec",
     [](RunRequest& request, Text value) {
       request.time_limits.launch = parse_time(value);
       request.command.launch_deadline(*request.time_limits.launch);
     }},
    {"--stats", "", "text|json",
     "Prints at the end how it was launched, what it used, how it ended",
     [](RunRequest& request, Text value) { request.reporting.stats = parse_stats(value); }},
    {"--stats-file", "", "FILE", "Writes the statistics to a file instead of standard error",
     [](RunRequest& request, Text value) { request.reporting.stats_file = value; }},
    {"--explain", "", "", "Prints the system calls that the child would make; runs nothing",
     [](RunRequest& request, Text) { request.reporting.explain = true; }},
    {"--quiet", "", "", "Prints nothing about failed launches and timeouts",
     [](RunRequest& request, Text) { request.reporting.quiet = true; }},
};

}  // namespace

std::span<const Option> telling_options() { return options; }

}  // namespace run
