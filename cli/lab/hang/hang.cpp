// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// From the options of `forklift lab hang` to its report: fixes the sizes by the
// machine, runs each contender in turn, and collects warnings. Everything that
// can fail (programs, files, memory) is checked before the first long run. The
// stall meter only collects stacks for dumps, so its threshold is a day.

#include "lab/hang/hang.hpp"

#include <execinfo.h>
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <forklift/engine.hpp>
#include <forklift/fork_lock.hpp>
#include <nlohmann/json.hpp>

#include "descriptor_limit.hpp"
#include "lab/contender.hpp"
#include "lab/hang/explain.hpp"
#include "lab/hang/go_process.hpp"
#include "lab/hang/go_runtime.hpp"
#include "lab/hang/report.hpp"
#include "lab/hang/trial.hpp"
#include "lab/machine.hpp"
#include "lab/noise.hpp"
#include "lab/program.hpp"
#include "output.hpp"
#include "process/process.hpp"
#include "quantity.hpp"
#include "refusal.hpp"

namespace lab::hang {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t gibibyte = std::size_t{1} << 30;

// Not the first: Go's runtime and others often use that.
int question() { return SIGRTMIN + 3; }

// By default memory grows by half during a run: enough to see waits grow with
// it at any size, and never more than half of the available memory.
std::size_t growth(const Plan& plan, std::size_t half) {
  const std::size_t room = half > plan.rss ? half - plan.rss : 0;
  const double seconds = std::chrono::duration<double>(plan.length).count();
  return static_cast<std::size_t>(static_cast<double>(std::min(plan.rss / 2, room)) / seconds);
}

// With --explain, of each round.
milliseconds usual_length(const HangRequest& request) {
  if (request.explain) return milliseconds(request.brief ? 1'000 : 10'000);
  return milliseconds(request.brief ? 4'000 : 30'000);
}

Plan plan_of(const HangRequest& request, std::size_t available) {
  const bool brief = request.brief;
  const std::size_t usual = brief ? gibibyte : 4 * gibibyte;
  Plan plan{.program = "",
            .rss = request.rss.value_or(std::min(usual, available / 3)),
            .workers = request.workers.value_or(brief ? 8 : 16),
            .rate = request.rate,
            .length = request.length.value_or(usual_length(request)),
            .dump_every = request.dump_every.value_or(milliseconds(brief ? 2'000 : 10'000))};
  if (request.explain) plan.dump_every = request.dump_every.value_or(milliseconds(0));
  // Rounds are compared with each other, so memory stays constant by default.
  plan.grow = request.grow.value_or(request.explain ? 0 : growth(plan, available / 2));
  return plan;
}

void check_memory(const Plan& plan, std::size_t available) {
  if (most_memory(plan) <= available / 2) return;
  throw Refusal(
      fmt::format("--rss and --grow come to {}, but only half of the {} available is taken",
                  print_size(most_memory(plan)), print_size(available)));
}

std::vector<std::string> contenders_of(const HangRequest& request) {
  if (!request.contenders.empty()) return request.contenders;
  if (request.coroutines) return {"go1.8", "forklift"};
  if (request.explain) {
    std::vector<std::string> all = own_corners().all();
    all.insert(all.end(), {"go1.21", "forklift"});
    return all;
  }
  return {"go1.8", "go1.9", "go1.21", "forklift"};
}

void announce(const Plan& plan, const std::string& contender, const std::string& shown) {
  const std::string grows = plan.grow > 0 ? ", growing " + print_size(plan.grow) + "/s" : "";
  output::say("\n{}: {} workers launch {} for {:.3g} s, {} resident{} (kill -USR1 {} dumps)\n",
              contender, plan.workers, shown, std::chrono::duration<double>(plan.length).count(),
              print_size(plan.rss), grows, ::getpid());
}

// Now, since it takes a while, and during the first dump it would take the
// processor from the measured threads.
void read_symbols(StackNames& names) {
  std::array<void*, 64> frames;
  const int depth = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  for (int i = 0; i < depth; ++i) names.at(frames[static_cast<std::size_t>(i)]);
  names.at(reinterpret_cast<const void*>(&forklift::fork_lock));
}

using Rounds = std::vector<std::vector<Run>>;

// A runtime whose process fails has a turn without launches; others continue.
Run take_turn(const Plan& plan, const GoRuntime& runtime, SignalNotifier& notifier,
              Warnings& warnings) {
  try {
    return run_go(plan, runtime, notifier);
  } catch (const std::runtime_error& error) {
    warnings.add({Warning::Kind::peer, runtime.name + ": " + error.what(),
                  "leave out what has no launches, or run it again"});
    return {.contender = runtime.name,
            .runtime = "go" + runtime.version,
            .workers = plan.workers,
            .waits_are_launches = true};
  }
}

Rounds run_all(const Setting& setting, const std::vector<GoRuntime>& runtimes,
               const forklift::StallMeter& meter, SignalNotifier& notifier, Warnings& warnings) {
  StackNames names(::getpid());
  read_symbols(names);
  const auto turn = [&](const std::string& contender) {
    announce(setting.plan, contender, setting.program.shown);
    const auto runtime = std::ranges::find(runtimes, contender, &GoRuntime::name);
    if (runtime != runtimes.end()) return take_turn(setting.plan, *runtime, notifier, warnings);
    return Trial(setting.plan, contender, meter, notifier, names).run();
  };
  return run_rounds(setting.contenders, setting.rounds, turn,
                    [&notifier] { return !notifier.interrupted(); });
}

std::vector<TitledEffects> effects_in(const Rounds& rounds,
                                      const std::vector<GoRuntime>& runtimes) {
  std::vector<TitledEffects> all{{"C++", effects_of(rounds, own_corners())}};
  if (!runtimes.empty()) {
    all.push_back({"Go " + runtimes.front().version, effects_of(rounds, real_corners())});
  }
  return all;
}

void warn_of(const std::vector<Run>& runs, bool interrupted, Warnings& warnings) {
  if (interrupted) {
    warnings.add({Warning::Kind::interrupted,
                  fmt::format("interrupted after {:.1f} s of {}", runs.back().seconds,
                              runs.back().contender),
                  "compare only what ran for the same time"});
  }
  for (const Run& run : runs) {
    if (run.launches >= 100) continue;
    warnings.add({Warning::Kind::launches,
                  fmt::format("{} made {} launches only, so its 99th percentile is among its "
                              "slowest few",
                              run.contender, run.launches),
                  "run it for longer, with --for"});
  }
}

void print_account(const Account& account, const HangRequest& request) {
  output::print("{}", as_text(account));
  write(request.record, as_json(account));
}

}  // namespace

Setting prepare(const HangRequest& request) {
  process::require_proc();
  forklift::reserve(8);
  Setting setting{.machine = this_machine(), .program = {}, .plan = {}, .contenders = {}};
  if (request.explain) setting.rounds = request.rounds.value_or(12);
  setting.plan = plan_of(request, setting.machine.available);
  check_memory(setting.plan, setting.machine.available);
  setting.program = try_program(request.program);
  check(request.record);
  setting.plan.program = setting.program.path;
  raise_descriptor_limit();
  setting.contenders = contenders_of(request);
  try_launches(setting.contenders, setting.program.path);
  return setting;
}

bool run(const HangRequest& request) {
  Setting setting = prepare(request);
  Warnings warnings;
  const auto runtimes = request.go ? find_go_runtimes(warnings) : std::vector<GoRuntime>{};
  for (const GoRuntime& runtime : runtimes) setting.contenders.push_back(runtime.name);
  // A dump asks all threads: no launch need record its own stack.
  forklift::StallMeter meter({.threshold = std::chrono::hours(24), .ask = question()});
  SignalNotifier notifier(meter);
  const ProcessorTime before = processor_time();
  const Rounds rounds = run_all(setting, runtimes, meter, notifier, warnings);
  if (auto noise = noise_between(before, processor_time())) warnings.add(std::move(*noise));
  const auto runs = join_rounds(rounds, setting.contenders);
  warn_of(runs, notifier.interrupted(), warnings);
  Account account{.machine = setting.machine,
                  .program = setting.program.shown,
                  .command_line = request.command_line,
                  .runs = runs,
                  .rounds = request.explain ? rounds : Rounds{},
                  .effects = {},
                  .warnings = warnings.all()};
  if (request.explain) account.effects = effects_in(rounds, runtimes);
  print_account(account, request);
  return !notifier.interrupted();
}

}  // namespace lab::hang
