// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// `forklift lab hang` with coroutines of one event loop instead of threads.
// They have no stacks to dump, so a dump counts states and lists the longest
// waits for a permit; a heartbeat of 1 ms shows how long launches block the
// loop.

#include "lab/hang/coroutines.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lab/hang/signal_notifier.hpp"
#include "lab/hang/coroutine_pool.hpp"
#include "lab/hang/growing_memory.hpp"
#include "lab/hang/trial.hpp"
#include "lab/machine.hpp"
#include "lab/program.hpp"
#include "lab/statistics.hpp"
#include "output.hpp"
#include "quantity.hpp"

namespace lab::hang {
namespace {

using nlohmann::json;

std::string print(Clock::duration time) {
  return print_time(std::chrono::duration<double, std::micro>(time).count());
}

std::string print(const Summary& summary) {
  return fmt::format("{} / {} / {}", print_time(summary.p50), print_time(summary.p99),
                     print_time(summary.max));
}

// Like a dump of goroutines: the number in each state, then the longest waits.
std::string print(const std::string& title, const Census& census) {
  std::string text = fmt::format("\n=== {}\n", title);
  for (std::size_t i = 0; i < places; ++i) {
    text +=
        fmt::format("{} coroutines {}\n", census.count[i], name(static_cast<CoroutineState>(i)));
  }
  for (const auto& [number, waited] : census.longest) {
    text += fmt::format("coroutine {}: waiting for a permit for {}\n", number, print(waited));
  }
  return text;
}

json as_json(const Census& census, double at_s) {
  json states;
  for (std::size_t i = 0; i < places; ++i) {
    states[std::string(name(static_cast<CoroutineState>(i)))] = census.count[i];
  }
  const auto longest = census.longest.empty() ? Clock::duration::zero() : census.longest[0].waited;
  return {{"at_s", at_s},
          {"states", states},
          {"longest_permit_wait_us", std::chrono::duration<double, std::micro>(longest).count()}};
}

// The turn of one contender.
class Turn {
 public:
  Turn(const Plan& plan, std::size_t limit, const std::string& contender, SignalNotifier& notifier)
      : plan_(plan),
        limit_(limit),
        contender_(contender),
        notifier_(notifier),
        pool_(contender, plan.program, plan.workers, limit) {}

  json run() {
    GrowingMemory memory(most_memory(plan_));
    memory.fill(plan_.rss, [this] { return !notifier_.interrupted(); });
    memory.grow(plan_.grow);
    begun_ = Clock::now();
    pool_.start();
    watch();
    const double seconds = past();
    const Harvest harvest = pool_.end();
    return record(harvest, seconds);
  }

 private:
  double past() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }

  void watch() {
    const auto end = begun_ + plan_.length;
    const bool by_timer = plan_.dump_every.count() > 0;
    auto next = by_timer ? begun_ + plan_.dump_every : Clock::time_point::max();
    while (Clock::now() < end && !notifier_.interrupted() && !pool_.failed()) {
      notifier_.wait_until(std::min({next, end, Clock::now() + std::chrono::milliseconds(250)}));
      const bool due = Clock::now() >= next;
      if (notifier_.dump_asked() || due) dump();
      if (due) next += plan_.dump_every;
    }
  }

  void dump() {
    const double at_s = past();
    const Census census = pool_.census();
    dumps_.push_back(as_json(census, at_s));
    output::say("{}", print(fmt::format("{} after {:.1f} s, dump {}, {} resident", contender_, at_s,
                                        dumps_.size(), print_size(resident())),
                            census));
  }

  json record(const Harvest& harvest, double seconds) const {
    const double rate = static_cast<double>(harvest.launches) / seconds;
    const Summary launch = summarize(harvest.launch), wait = summarize(harvest.permit_wait),
                  late = summarize(harvest.heartbeat_late);
    output::print("{}: {} coroutines, at most {} children at a time, {:.1f} s\n", contender_,
                  plan_.workers, limit_, seconds);
    output::print("  launches                  {} ({:.0f}/s)\n", harvest.launches, rate);
    output::print("  launch, p50/p99/most      {}\n", print(launch));
    output::print("  wait for a permit         {}\n", print(wait));
    output::print("  heartbeat of 1 ms, late   {}\n\n", print(late));
    return {{"contender", contender_},
            {"coroutines", plan_.workers},
            {"limit", limit_},
            {"seconds", seconds},
            {"launches", harvest.launches},
            {"launches_per_s", rate},
            {"launch_us", lab::as_json(launch)},
            {"permit_wait_us", lab::as_json(wait)},
            {"heartbeat_late_us", lab::as_json(late)},
            {"dumps", dumps_}};
  }

  const Plan& plan_;
  const std::size_t limit_;
  const std::string& contender_;
  SignalNotifier& notifier_;
  CoroutinePool pool_;
  Clock::time_point begun_;
  json dumps_ = json::array();
};

}  // namespace

bool run_coroutines(const HangRequest& request) {
  const Setting setting = prepare(request);
  const std::size_t limit = request.limit.value_or(64);
  forklift::StallMeter meter;
  SignalNotifier notifier(meter);
  json runs = json::array();
  for (const std::string& contender : setting.contenders) {
    output::say("\n{}: {} coroutines of one thread launch {} (kill -USR1 {} dumps)\n", contender,
                setting.plan.workers, setting.program.shown, ::getpid());
    runs.push_back(Turn(setting.plan, limit, contender, notifier).run());
    if (notifier.interrupted()) break;
  }
  write(request.record, {{"experiment", "hang, coroutines"},
                         {"command", request.command_line},
                         {"machine", lab::as_json(setting.machine)},
                         {"program", setting.program.shown},
                         {"interrupted", notifier.interrupted()},
                         {"runs", runs}});
  return !notifier.interrupted();
}

}  // namespace lab::hang
