// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "quantity.hpp"
#include "run/option.hpp"
#include "run/request.hpp"
#include "run/values.hpp"

namespace run {
namespace {

using Text = const std::string&;

int parse_between(const std::string& text, int least, int most, const char* what) {
  return static_cast<int>(parse_number(text, least, most, what));
}

constexpr Option options[] = {
    {"--limit", "", "NAME=SOFT[:HARD]",
     "Sets a limit by its name in prlimit(1), with K, M, G or 'unlimited': nofile=1024, core=0, "
     "as=4G:8G; 'nofile=64:' keeps the hard limit, 'nofile=:64' the soft one",
     [](RunRequest& request, Text value) {
       const auto [resource, limit] = parse_limit(value);
       request.command.limit(resource, limit);
     }},
    {"--nice", "", "N", "Sets the nice value, -20 to 19 (not an increment)",
     [](RunRequest& request, Text value) {
       request.command.nice(parse_between(value, -20, 19, "nice value"));
     }},
    {"--sched", "", "POLICY[:PRIORITY]",
     "Sets the policy: fifo:10, rr:1, other, batch, idle, deadline:RUNTIME:DEADLINE:PERIOD",
     [](RunRequest& request, Text value) {
       request.gathered.scheduling = parse_scheduling(value);
     }},
    {"--reset-on-fork", "", "", "Resets its children to the normal policy",
     [](RunRequest& request, Text) { request.gathered.reset_on_fork = true; }},
    {"--cpus", "", "LIST", "Sets the processors that it may run on: 0-3,5",
     [](RunRequest& request, Text value) { request.command.cpus(parse_set(value, "processors")); }},
    {"--io-priority", "", "CLASS[:LEVEL]",
     "Sets the class: realtime:0 to 7, best-effort:0 to 7, idle or none",
     [](RunRequest& request, Text value) {
       request.command.io_priority(parse_io_priority(value));
     }},
    {"--oom-score", "", "N", "Sets its OOM score adjustment, -1000 to 1000",
     [](RunRequest& request, Text value) {
       request.command.oom_score(parse_between(value, -1000, 1000, "score"));
     }},
    {"--timer-slack", "", "TIME", "Sets how late its timers may expire: 50us",
     [](RunRequest& request, Text value) { request.command.timer_slack(parse_time(value)); }},
    {"--no-huge-pages", "", "", "Disables transparent huge pages for it",
     [](RunRequest& request, Text) { request.command.huge_pages(false); }},
    {"--numa", "", "POLICY[:NODES]",
     "Sets the NUMA memory policy: bind:0-1, interleave:0,1, preferred:0, local or default",
     [](RunRequest& request, Text value) {
       request.command.memory_policy(parse_memory_policy(value));
     }},
};

}  // namespace

std::span<const Option> bound_options() { return options; }

}  // namespace run
