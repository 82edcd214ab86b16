// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// One exec blocks, as on a dead file server, while workers launch. A launcher
// that holds a lock until exec makes all workers wait; Forklift's fails at its
// deadline and delays no other launch. A wait of half the delay or more counts
// as waiting for the stuck launch.

#include "lab/hang/stuck_exec.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <forklift/command.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "lab/hang/signal_notifier.hpp"
#include "lab/hang/worker_pool.hpp"
#include "lab/hang/growing_memory.hpp"
#include "lab/hang/stuck_program.hpp"
#include "quantity.hpp"

namespace lab::hang {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

// Before and after the stuck launch, to check that the workers launch.
constexpr milliseconds quiet{300};

double microseconds(Clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

// The launch of the program whose exec blocks.
struct Unlucky {
  double launch_us = 0;
  std::string failure{};  // empty: it ran in the end
  double start_us = -1;   // time that `Command::start` took; -1: not a launcher of ours
};

struct Outcome {
  std::string contender;
  Unlucky unlucky{};
  std::size_t workers = 0;
  std::size_t waited = 0;    // for half of the delay or more
  std::size_t launches = 0;  // by the others, while that one was blocked
  double longest_us = 0;     // launch of the others meanwhile
};

Unlucky launch_stuck(const std::string& contender, const std::string& stuck, milliseconds delay) {
  Unlucky seen;
  const auto begin = Clock::now();
  try {
    const auto launcher = kind(contender).make(stuck);
    launcher->set_deadline(delay / 4);
    seen.launch_us = launcher->launch().launch;
  } catch (const std::exception& error) {
    seen.failure = error.what();
    seen.launch_us = microseconds(Clock::now() - begin);
  }
  return seen;
}

// The duration of `start`, which does not wait; its launch misses the deadline.
double hold_of_start(const std::string& stuck, milliseconds delay) {
  forklift::Command command(stuck);
  command.launch_deadline(delay / 4);
  const auto begin = Clock::now();
  forklift::Launch launch = command.start();
  const double held = microseconds(Clock::now() - begin);
  (void)std::move(launch).finish();
  return held;
}

// Adds the workers' launches between two moments of their run.
void add_others(const WorkerPool& pool, double from_s, double to_s, milliseconds delay,
                Outcome& seen) {
  const double half_us = microseconds(delay) / 2;
  for (const auto& own : pool.launches()) {
    double longest = 0;
    for (const Launched& one : own) {
      const double end_s = one.begin_s + std::max(one.launch_us, one.lock_wait_us) / 1e6;
      if (end_s < from_s || one.begin_s > to_s) continue;
      longest = std::max(longest, (end_s - one.begin_s) * 1e6);
      seen.launches += end_s <= to_s;
    }
    seen.waited += longest >= half_us;
    seen.longest_us = std::max(seen.longest_us, longest);
  }
}

Outcome try_out(const std::string& contender, const Plan& plan, const std::string& stuck,
                milliseconds delay, SignalNotifier& notifier) {
  GrowingMemory memory(plan.rss);
  memory.fill(plan.rss, [&notifier] { return !notifier.interrupted(); });
  WorkerPool pool(contender, plan.program, plan.workers, plan.rate);
  const auto past = [&pool] {
    return std::chrono::duration<double>(Clock::now() - pool.begun()).count();
  };
  pool.start();
  notifier.wait_until(Clock::now() + quiet);
  Outcome seen{.contender = contender, .workers = plan.workers};
  const double from_s = past();
  seen.unlucky = launch_stuck(contender, stuck, delay);
  const double to_s = past();
  if (contender.starts_with("forklift")) seen.unlucky.start_us = hold_of_start(stuck, delay);
  notifier.wait_until(Clock::now() + quiet);
  pool.end();
  add_others(pool, from_s, to_s, delay, seen);
  return seen;
}

// --- report ----------------------------------------------------------------------

std::string row(const std::vector<Outcome>& all, const std::string& title,
                const std::function<std::string(const Outcome&)>& cell) {
  std::string text = fmt::format("  {:<38}", title);
  for (const Outcome& one : all) text += fmt::format("{:>16}", cell(one));
  return text + "\n";
}

std::string as_text(const std::vector<Outcome>& all) {
  const auto ended = [](const Outcome& one) -> std::string {
    return one.unlucky.failure.empty() ? "runs, late" : "fails";
  };
  const auto start = [](const Outcome& one) -> std::string {
    return one.unlucky.start_us < 0 ? "-" : print_time(one.unlucky.start_us);
  };
  return row(all, "", [](const Outcome& one) { return one.contender; }) +
         row(all, "the stuck launch", ended) +
         row(all, "  after", [](const Outcome& one) { return print_time(one.unlucky.launch_us); }) +
         row(all, "  start() held its caller", start) +
         row(all, "workers that waited for it",
             [](const Outcome& one) { return fmt::format("{} of {}", one.waited, one.workers); }) +
         row(all, "longest launch of theirs meanwhile",
             [](const Outcome& one) { return print_time(one.longest_us); }) +
         row(all, "launches of theirs meanwhile",
             [](const Outcome& one) { return std::to_string(one.launches); });
}

std::string explain(const std::vector<Outcome>& all) {
  std::string text;
  for (const auto& one : all) {
    const auto waited = one.waited == 0 ? std::string("no other worker waits")
                        : one.waited == one.workers
                            ? std::string("all workers wait for it")
                            : fmt::format("{} of {} wait for it", one.waited, one.workers);
    text +=
        fmt::format("{}: {}{}.\n", one.contender, waited,
                    one.unlucky.failure.empty() ? "" : ", and it fails: " + one.unlucky.failure);
  }
  return text;
}

json as_json(const Outcome& one) {
  json all = {{"contender", one.contender},
              {"workers", one.workers},
              {"waited", one.waited},
              {"launches_meanwhile", one.launches},
              {"longest_us", one.longest_us},
              {"stuck_launch_us", one.unlucky.launch_us},
              {"failure", one.unlucky.failure.empty() ? json(nullptr) : json(one.unlucky.failure)}};
  if (one.unlucky.start_us >= 0) all["start_us"] = one.unlucky.start_us;
  return all;
}

json as_json(const std::vector<Outcome>& all) {
  json array = json::array();
  for (const Outcome& one : all) array.push_back(as_json(one));
  return array;
}

HangRequest with_defaults(HangRequest request) {
  if (request.contenders.empty()) {
    request.contenders = {"go1.8", "go1.9", "go1.21", "posix_spawn", "forklift"};
  }
  if (!request.workers) request.workers = 8;
  if (!request.rss) request.rss = std::size_t{64} << 20;
  request.grow = 0;
  return request;
}

}  // namespace

bool run_stuck_exec(const HangRequest& asked, milliseconds delay) {
  const Setting setting = prepare(with_defaults(asked));
  const StuckProgram stuck(setting.program.path, delay);
  forklift::StallMeter meter;
  SignalNotifier notifier(meter);
  std::vector<Outcome> all;
  for (const std::string& contender : setting.contenders) {
    fmt::print(stderr, "{}: {} workers launch {}; an exec beside them is stuck for {}\n", contender,
               setting.plan.workers, setting.program.shown, print_time(microseconds(delay)));
    all.push_back(try_out(contender, setting.plan, stuck.path(), delay, notifier));
    if (notifier.interrupted()) break;
  }
  fmt::print("\nforklift lab hang: an exec stuck for {}\n\n{}\n{}", print_time(microseconds(delay)),
             as_text(all), explain(all));
  write(asked.record, {{"experiment", "hang, a stuck exec"},
                       {"command", asked.command_line},
                       {"version", FORKLIFT_VERSION},
                       {"machine", lab::as_json(setting.machine)},
                       {"program", setting.program.shown},
                       {"delay_us", microseconds(delay)},
                       {"interrupted", notifier.interrupted()},
                       {"runs", as_json(all)}});
  return !notifier.interrupted();
}

}  // namespace lab::hang
