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
     "A limit by the name that prlimit(1) has for it, K, M, G or 'unlimited': nofile=1024, "
     "core=0, as=4G:8G; 'nofile=64:' leaves the hard limit, 'nofile=:64' the soft one",
     [](RunRequest& request, Text value) {
       const auto [resource, limit] = parse_limit(value);
       request.command.limit(resource, limit);
     }},
    {"--nice", "", "N", "The nice value itself, -20 to 19",
     [](RunRequest& request, Text value) {
       request.command.nice(parse_between(value, -20, 19, "nice value"));
     }},
    {"--sched", "", "POLICY[:PRIORITY]",
     "fifo:10, rr:1, other, batch, idle, or deadline:RUNTIME:DEADLINE:PERIOD",
     [](RunRequest& request, Text value) {
       request.gathered.scheduling = parse_scheduling(value);
     }},
    {"--reset-on-fork", "", "", "What it starts has the normal policy again",
     [](RunRequest& request, Text) { request.gathered.reset_on_fork = true; }},
    {"--cpus", "", "LIST", "The processors it may run on: 0-3,5",
     [](RunRequest& request, Text value) { request.command.cpus(parse_set(value, "processors")); }},
    {"--io-priority", "", "CLASS[:LEVEL]", "realtime:0 to 7, best-effort:0 to 7, idle or none",
     [](RunRequest& request, Text value) {
       request.command.io_priority(parse_io_priority(value));
     }},
    {"--oom-score", "", "N", "How readily it is killed for its memory, -1000 to 1000",
     [](RunRequest& request, Text value) {
       request.command.oom_score(parse_between(value, -1000, 1000, "score"));
     }},
    {"--timer-slack", "", "TIME", "How late its timers may be: 50us",
     [](RunRequest& request, Text value) { request.command.timer_slack(parse_time(value)); }},
    {"--no-huge-pages", "", "", "Its memory is in small pages",
     [](RunRequest& request, Text) { request.command.huge_pages(false); }},
    {"--numa", "", "POLICY[:NODES]",
     "Where its memory is taken: bind:0-1, interleave:0,1, preferred:0, local or default",
     [](RunRequest& request, Text value) {
       request.command.memory_policy(parse_memory_policy(value));
     }},
};

}  // namespace

std::span<const Option> bound_options() { return options; }

}  // namespace run
