// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <optional>

#include "run/outcome.hpp"
#include "run/request.hpp"
#include "run/signals.hpp"
#include "run/supervisor.hpp"

namespace run {
namespace {

using Clock = Supervisor::Clock;

void keep_signals(forklift::Command& command, const Signals& signals) {
  // Not `inherit_signal_mask`: our current mask is not that of our caller.
  for (const int signal : signals.blocked()) command.block_signals({signal});
  for (const int signal : signals.ignored()) command.ignore_signals({signal});
}

constexpr Duration ages = std::chrono::hours(24 * 365);

std::optional<Clock::time_point> after(Clock::time_point start, std::optional<Duration> limit) {
  if (!limit) return std::nullopt;
  return start + std::min(*limit, ages);
}

bool is_over(std::optional<Clock::time_point> end) { return end && Clock::now() >= *end; }

struct Ends {
  std::optional<Clock::time_point> launch, whole;
};

// A launch may take long, for instance on a file that waits for its other end:
// until the program runs there is no process to pass a signal to.
void await(const forklift::Launch& launch, const Signals& signals, const Ends& ends,
           Outcome& outcome) {
  constexpr Duration pause = std::chrono::milliseconds(20);
  while (!is_over(ends.launch) && !launch.wait_for(pause)) {
    outcome.timed_out = is_over(ends.whole);
    const auto signal = signals.next();
    if (signal && asks_for_end(static_cast<int>(signal->ssi_signo))) {
      outcome.interrupted = static_cast<int>(signal->ssi_signo);
    }
    if (outcome.timed_out || outcome.interrupted != 0) return;
  }
}

void stay_with(forklift::Child& child, const RunRequest& request, const Signals& signals,
               std::optional<Clock::time_point> end, Outcome& outcome) {
  outcome.guarantees = child.guarantees();
  outcome.cgroup = child.cgroup();
  Supervisor watch(request, signals, child, end);
  outcome.status = watch.wait();
  outcome.timed_out = watch.timed_out();
}

}  // namespace

Outcome execute(RunRequest& request) {
  const Signals signals;
  if (request.keep_signals) keep_signals(request.command, signals);
  if (request.subreaper) ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  Outcome outcome;
  const auto start = Clock::now();
  const Ends ends = {after(start, request.time_limits.launch),
                     after(start, request.time_limits.timeout)};
  auto launch = request.command.try_start();
  outcome.hold = Clock::now() - start;
  if (!launch) {
    outcome.failure = std::move(launch.error());
    return outcome;
  }
  outcome.pid = launch->pid();
  await(*launch, signals, ends, outcome);
  if (outcome.timed_out || outcome.interrupted != 0) return outcome;
  auto child = std::move(*launch).finish();
  outcome.launch = Clock::now() - start;
  if (!child) {
    outcome.failure = std::move(child.error());
    return outcome;
  }
  stay_with(*child, request, signals, ends.whole, outcome);
  outcome.finish = Clock::now() - start;
  return outcome;
}

}  // namespace run
