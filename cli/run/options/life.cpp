// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <limits>
#include <stdexcept>

#include "quantity.hpp"
#include "run/option.hpp"
#include "run/request.hpp"
#include "run/values.hpp"

namespace run {
namespace {

using Text = const std::string&;

// The kernel takes these two for granted, and says nothing.
std::vector<int> parse_held(const std::string& text) {
  auto signals = parse_signals(text);
  for (const int signal : signals) {
    if (signal == SIGKILL || signal == SIGSTOP) {
      throw std::invalid_argument("KILL and STOP cannot be blocked or ignored");
    }
  }
  return signals;
}

constexpr Option options[] = {
    {"--timeout", "", "TIME",
     "Ends the program and what it started after this time, counted from the launch: 5, 1.5s, "
     "200ms, 2m, 1h; 0 is no limit. It gets a process group of its own, unless its tree can be "
     "reached already",
     [](RunRequest& request, Text value) {
       request.bounds.timeout = parse_time(value);
       if (request.bounds.timeout->count() == 0) request.bounds.timeout.reset();
     }},
    {"--signal", "", "SIGNAL", "What is sent then (TERM)",
     [](RunRequest& request, Text value) { request.bounds.signal = parse_signal(value); }},
    {"--grace", "--kill-after", "TIME",
     "How long after that KILL follows (10s); it follows at once for what the program leaves "
     "behind",
     [](RunRequest& request, Text value) { request.bounds.grace = parse_time(value); }},
    {"--preserve-status", "", "", "Ends as the program does, not by 124, even then",
     [](RunRequest& request, Text) { request.bounds.preserve_status = true; }},
    {"--new-session", "", "", "It leads a new session, as by setsid(1)",
     [](RunRequest& request, Text) {
       request.has_tree = true;
       request.command.new_session();
     }},
    {"--process-group", "", "[=ID]", "It leads a process group of its own, or joins one",
     [](RunRequest& request, Text value) {
       constexpr long most = std::numeric_limits<pid_t>::max();
       const long group = value.empty() ? 0 : parse_number(value, 0, most, "process group");
       (group == 0 ? request.has_tree : request.other_group) = true;
       request.command.process_group(static_cast<pid_t>(group));
     }},
    {"--die-with-parent", "", "[=SIGNAL]", "Gets KILL, or SIGNAL, when forklift ends, however",
     [](RunRequest& request, Text value) {
       request.command.die_with_parent(value.empty() ? SIGKILL : parse_signal(value));
     }},
    {"--subreaper", "", "",
     "Adopts the orphans that the program leaves, and reaps them while it runs, as process 1 of a "
     "container does without this option",
     [](RunRequest& request, Text) { request.subreaper = true; }},
    {"--block-signals", "", "LIST", "It starts with these signals blocked",
     [](RunRequest& request, Text value) {
       for (const int signal : parse_held(value)) request.command.block_signals({signal});
     }},
    {"--ignore-signals", "", "LIST", "It starts with these signals ignored",
     [](RunRequest& request, Text value) {
       for (const int signal : parse_held(value)) request.command.ignore_signals({signal});
     }},
    {"--keep-signals", "", "",
     "What forklift was started with blocked and ignored stays so; else nothing is",
     [](RunRequest& request, Text) { request.keep_signals = true; }},
};

}  // namespace

std::span<const Option> life_options() { return options; }

}  // namespace run
