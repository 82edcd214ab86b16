// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/trial.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "lab/go_lock/fork_lock.hpp"
#include "lab/hang/dump.hpp"
#include "lab/hang/figures.hpp"
#include "lab/hang/growing_memory.hpp"
#include "output.hpp"
#include "quantity.hpp"

namespace lab::hang {
namespace {

constexpr std::chrono::milliseconds quarter{250};

forklift::ForkLock::Rule rule_of(const go_lock::ForkLock& lock) {
  using Rule = forklift::ForkLock::Rule;
  return lock.rules().launchers_share ? Rule::together : Rule::one_at_a_time;
}

}  // namespace

std::size_t most_memory(const Plan& plan) {
  const double growth =
      static_cast<double>(plan.grow) * std::chrono::duration<double>(plan.length).count();
  return static_cast<std::size_t>(static_cast<double>(plan.rss) + growth);
}

Trial::Trial(const Plan& plan, const std::string& contender, const forklift::StallMeter& meter,
             SignalNotifier& notifier, StackNames& names)
    : plan_(plan),
      meter_(meter),
      notifier_(notifier),
      names_(names),
      pool_(contender, plan.program, plan.workers, plan.rate) {
  run_.contender = contender;
  run_.workers = plan.workers;
  run_.asked_rate = plan.rate;
  run_.resident_asked = most_memory(plan);
  if (pool_.fork_lock()) run_.rule = rule_of(*pool_.fork_lock());
}

Run Trial::run() {
  GrowingMemory memory(most_memory(plan_));
  memory.fill(plan_.rss, [this] { return !notifier_.interrupted(); });
  run_.resident_first = resident();
  memory.grow(plan_.grow);
  pool_.start();
  watch();
  run_.resident_last = resident();
  finish();
  return std::move(run_);
}

void Trial::watch() {
  const auto end = pool_.begun() + plan_.length;
  const bool by_timer = plan_.dump_every.count() > 0;
  auto next_dump = by_timer ? pool_.begun() + plan_.dump_every : Clock::time_point::max();
  auto next_quarter = pool_.begun() + quarter;
  while (Clock::now() < end && !notifier_.interrupted() && !pool_.failed()) {
    notifier_.wait_until(std::min({next_quarter, next_dump, end}));
    if (notifier_.dump_asked()) dump();
    if (Clock::now() >= next_dump) {
      dump();
      next_dump += plan_.dump_every;
    }
    for (; next_quarter <= Clock::now(); next_quarter += quarter) note_quarters(next_quarter);
  }
  // Forks block this thread, too: dumps may be late, but are not left out.
  if (next_dump <= end && !notifier_.interrupted() && !pool_.failed()) dump();
}

void Trial::dump() {
  const double at_s = past(Clock::now());
  const Dump taken = take_dump(pool_, meter_);
  run_.dump_at_s.push_back(at_s);
  run_.waiting_per_dump.push_back(count_waiting(taken));
  const std::string title = fmt::format("{} after {:.1f} s, dump {}, {} resident", run_.contender,
                                        at_s, run_.dump_at_s.size(), print_size(resident()));
  output::say("{}", print_dump(title, pool_, taken, names_));
}

void Trial::note_quarters(Clock::time_point now) {
  run_.quarters.push_back({.end_s = past(now), .resident = resident()});
  note_slowest();
}

// The lock keeps only the last long waits.
void Trial::note_slowest() {
  if (!pool_.fork_lock()) return;
  const auto report = pool_.fork_lock()->report();
  for (const auto* const waits : {&report.long_waits, &report.waiters}) {
    for (const auto& wait : *waits) {
      const bool ours = pool_.number_of(wait.thread) != 0 && !wait.stack.empty();
      if (ours && wait.waited > run_.slowest.waited) run_.slowest = wait;
    }
  }
}

void Trial::finish() {
  const auto now = Clock::now();
  run_.seconds = past(now);
  note_quarters(now);
  pool_.end();
  note_slowest();
  run_.launched = pool_.launches();
  sum_up(run_.launched, run_);
  run_.slowest_stack = name_stack(names_, run_.slowest.stack);
}

double Trial::past(Clock::time_point moment) const {
  return std::chrono::duration<double>(moment - pool_.begun()).count();
}

}  // namespace lab::hang
