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

// The kernel silently ignores these two.
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
     "Ends the program and its descendants this long after the launch: 5, 1.5s, 200ms, 2m, 1h; "
     "0 is no limit. Gives the program a process group of its own unless its tree can already "
     "be reached",
     [](RunRequest& request, Text value) {
       request.time_limits.timeout = parse_time(value);
       if (request.time_limits.timeout->count() == 0) request.time_limits.timeout.reset();
     }},
    {"--signal", "", "SIGNAL", "Sets the signal to send at the timeout (default: TERM)",
     [](RunRequest& request, Text value) { request.time_limits.signal = parse_signal(value); }},
    {"--grace", "--kill-after", "TIME",
     "Sends KILL this long after the signal (default: 10s); once the program has ended, its "
     "remaining descendants are killed at once",
     [](RunRequest& request, Text value) { request.time_limits.grace = parse_time(value); }},
    {"--preserve-status", "", "", "Exits with the program's status instead of 124 at a timeout",
     [](RunRequest& request, Text) { request.time_limits.preserve_status = true; }},
    {"--new-session", "", "", "Makes it the leader of a new session, as setsid(1) does",
     [](RunRequest& request, Text) {
       request.has_tree = true;
       request.command.new_session();
     }},
    {"--process-group", "", "[=ID]",
     "Makes it the leader of a new process group, or joins group ID",
     [](RunRequest& request, Text value) {
       constexpr long most = std::numeric_limits<pid_t>::max();
       const long group = value.empty() ? 0 : parse_number(value, 0, most, "process group");
       (group == 0 ? request.has_tree : request.other_group) = true;
       request.command.process_group(static_cast<pid_t>(group));
     }},
    {"--die-with-parent", "", "[=SIGNAL]",
     "Sends it KILL, or SIGNAL, when forklift ends for any reason",
     [](RunRequest& request, Text value) {
       request.command.die_with_parent(value.empty() ? SIGKILL : parse_signal(value));
     }},
    {"--subreaper", "", "",
     "Adopts orphans of the program and reaps them while it runs; as process 1 of a container, "
     "forklift always does",
     [](RunRequest& request, Text) { request.subreaper = true; }},
    {"--block-signals", "", "LIST", "Starts it with these signals blocked",
     [](RunRequest& request, Text value) {
       for (const int signal : parse_held(value)) request.command.block_signals({signal});
     }},
    {"--ignore-signals", "", "LIST", "Starts it with these signals ignored",
     [](RunRequest& request, Text value) {
       for (const int signal : parse_held(value)) request.command.ignore_signals({signal});
     }},
    {"--keep-signals", "", "",
     "Keeps the signals blocked and ignored that are so in forklift; by default, none are",
     [](RunRequest& request, Text) { request.keep_signals = true; }},
};

}  // namespace

std::span<const Option> life_options() { return options; }

}  // namespace run
