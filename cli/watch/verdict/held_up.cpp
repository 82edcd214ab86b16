// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// What delays a call, copying or not: its child, a lock, a processor, a signal.
#include <fmt/core.h>
#include <sched.h>

#include <algorithm>
#include <unordered_map>

#include "recording/clone_flags.hpp"
#include "watch/verdict/rules.hpp"
#include "watch/verdict/thresholds.hpp"
#include "recording/wording.hpp"

namespace watch::rules {
namespace {

bool is_suspended(const Call& call) {
  return call.flags ? (*call.flags & CLONE_VFORK) != 0 : call.function == "vfork";
}

Nanoseconds before_exec(const Exec& exec) {
  return exec.since_call - exec.in_exec.value_or(Nanoseconds{});
}

struct Held {
  std::vector<Nanoseconds> calls;
  std::vector<Nanoseconds> before_exec;
  std::string program;
  Nanoseconds longest{};
};

// Suspended calls that were long because of the child, before it executed.
Held held_by_children(const Recording& recording) {
  std::unordered_map<std::uint64_t, const Exec*> execs;
  for (const Exec& exec : recording.execs) execs.emplace(exec.call, &exec);
  Held held;
  for (const Call& call : recording.calls) {
    const auto exec = execs.find(call.number);
    if (exec == execs.end() || !is_suspended(call) || call.duration < threshold::slow_child)
      continue;
    const Nanoseconds before = before_exec(*exec->second);
    if (seconds(before) < threshold::slow_child_share * seconds(call.duration)) continue;
    held.calls.push_back(call.duration);
    held.before_exec.push_back(before);
    if (before <= held.longest) continue;
    held.longest = before;
    held.program = exec->second->program;
  }
  return held;
}

std::string share_of(const Spread& part, const Spread& whole) {
  return fmt::format("{} of {}", say(part.total), say(whole.total));
}

double share(const std::optional<Spread>& part, const Spread& whole) {
  return part && whole.total > Nanoseconds{} ? seconds(part->total) / seconds(whole.total) : 0;
}

// Calls that wait for too large a share of their time, and too long once.
struct Toll {
  const char* id;
  Figure figure;
  Problem ill;
  const char* what;
  const char* rest;
  double least_share;
};

std::optional<Verdict> verdict_on(const Case& of, const std::optional<Spread>& spent,
                                  const Toll& toll) {
  const Group& calls = of.analysis.all;
  const double part = share(spent, calls.stall);
  if (part < toll.least_share || spent->max < threshold::pause) return std::nullopt;
  Verdict verdict{.id = toll.id};
  verdict.confidence = confidence(of.recording, {toll.figure}, calls.calls);
  verdict.sentence = fmt::format("{}: {}{} ({}) {}.", toll.what, mark(of.recording, toll.figure),
                                 share_of(*spent, calls.stall), say_share(part), toll.rest);
  verdict.evidence = {fmt::format("{} at most in one call", say(spent->max))};
  verdict.advice = advice_for(of, toll.ill);
  verdict.weight = seconds(spent->total);
  return verdict;
}

// Calls that copy neither page tables nor share the descriptor table.
std::vector<const Call*> descriptor_copiers(const Recording& recording) {
  std::vector<const Call*> calls;
  for (const Call& call : recording.calls) {
    if (call.flags && (*call.flags & CLONE_VM) && !(*call.flags & CLONE_FILES) && call.size &&
        call.size->descriptors >= threshold::descriptors && !call.cut) {
      calls.push_back(&call);
    }
  }
  return calls;
}

}  // namespace

std::optional<Verdict> slow_child_holds_vfork(const Case& of) {
  const Held held = held_by_children(of.recording);
  if (held.calls.empty()) return std::nullopt;
  const Spread calls = spread(held.calls);
  Verdict verdict{.id = "slow_child_holds_vfork"};
  verdict.confidence = confidence(of.recording, {Figure::duration, Figure::child}, calls.count);
  verdict.sentence = fmt::format(
      "The child is slow, not the call: {} suspended the caller for {}{} (median), {} at most, "
      "while the child did something before it executed.",
      say_several(calls.count, "call"), mark(of.recording, Figure::duration), say(calls.p50),
      say(calls.max));
  const Spread before = spread(held.before_exec);
  verdict.evidence = {fmt::format(
      "{}{} in the child before execve (median), {} at most{}", mark(of.recording, Figure::child),
      say(before.p50), say(before.max), held.program.empty() ? "" : ", for " + held.program)};
  verdict.advice = advice_for(of, Problem::slow_child);
  verdict.weight = seconds(calls.total);
  return verdict;
}

std::optional<Verdict> fork_lock_queue(const Case& of) {
  const auto& figures = of.analysis.fork_lock;
  if (!figures || figures->most_readers + figures->most_queued < threshold::fork_lock_queue ||
      (figures->looks > 0 && figures->longest_held < threshold::pause)) {
    return std::nullopt;
  }
  const bool is_go = of.recording.header.target.runtime == process::Runtime::go;
  Verdict verdict{.id = "fork_lock_queue"};
  verdict.confidence = confidence(of.recording, {Figure::fork_lock}, of.analysis.all.calls);
  verdict.sentence = fmt::format(
      "Launches queue for the ForkLock: up to {} waited for their turn, and up to {} held it for "
      "opening files or waited behind them.",
      say_several(figures->most_queued, is_go ? "launching goroutine" : "launcher"),
      figures->most_readers);
  verdict.evidence = {
      fmt::format("{}held in {} of {}, for {} without a break at least; a call takes {} (median)",
                  mark(of.recording, Figure::fork_lock), say_share(figures->held_share),
                  say_several(figures->looks, "look"), say(figures->longest_held),
                  say(of.analysis.all.time.p50))};
  verdict.advice = advice_for(of, Problem::fork_lock);
  verdict.weight = figures->held_share * seconds(of.analysis.watched) *
                   static_cast<double>(figures->most_readers + figures->most_queued);
  return verdict;
}

std::optional<Verdict> call_starved(const Case& of) {
  return verdict_on(of, of.analysis.all.runnable,
                    {.id = "call_starved",
                     .figure = Figure::on_cpu,
                     .ill = Problem::no_processor,
                     .what = "The calls wait for a processor",
                     .rest = "they could have run and had none",
                     .least_share = threshold::starved_share});
}

std::optional<Verdict> lock_convoy(const Case& of) {
  auto verdict = verdict_on(of, of.analysis.all.lock_wait,
                            {.id = "lock_convoy",
                             .figure = Figure::memory_lock,
                             .ill = Problem::lock_convoy,
                             .what = "The calls themselves wait for the memory lock",
                             .rest = "before they had it",
                             .least_share = threshold::convoy_share});
  const Blocked& outside = of.analysis.lock_outside;
  if (verdict && outside.events > 0) {
    verdict->evidence.push_back(
        fmt::format("{} for the lock by other threads that no call explains",
                    say_several(outside.events, "wait")));
  }
  return verdict;
}

std::optional<Verdict> swap(const Case& of) {
  const Group& calls = of.analysis.copying;
  if (!calls.median || calls.time.p50 < threshold::pause) return std::nullopt;
  const auto swapped = static_cast<double>(calls.median->swapped);
  const double all = swapped + static_cast<double>(calls.median->resident);
  if (calls.median->swapped < threshold::swapped || swapped < threshold::swapped_share * all) {
    return std::nullopt;
  }
  Verdict verdict{.id = "swap"};
  verdict.confidence =
      std::min(Confidence::medium, confidence(of.recording, {Figure::size}, calls.calls));
  verdict.sentence = fmt::format(
      "Part of the memory is swapped out: {} of {}, which makes copying slower than the resident "
      "size shows.",
      print_size(calls.median->swapped),
      print_size(calls.median->swapped + calls.median->resident));
  if (calls.ms_per_mebibyte) {
    verdict.evidence = {fmt::format("{:.3g} ms per MiB of page tables", *calls.ms_per_mebibyte)};
  }
  verdict.advice = advice_for(of, Problem::swap);
  verdict.weight = seconds(calls.time.total) * swapped / all;
  return verdict;
}

std::optional<Verdict> restart_loop(const Case& of) {
  const Group& calls = of.analysis.all;
  if (calls.most_restarts < threshold::restarts) return std::nullopt;
  Verdict verdict{.id = "restart_loop"};
  verdict.confidence = confidence(of.recording, {Figure::duration}, calls.calls);
  verdict.sentence = fmt::format(
      "Signals make calls begin anew: {} in all, up to {} in one call, each of which copies from "
      "the start.",
      say_several(calls.restarts, "restart"), calls.most_restarts);
  verdict.evidence = {fmt::format("the longest call took {}", say(calls.time.max))};
  verdict.advice = advice_for(of, Problem::restarts);
  verdict.weight = seconds(calls.time.total);
  return verdict;
}

std::optional<Verdict> descriptor_table(const Case& of) {
  const auto calls = descriptor_copiers(of.recording);
  std::vector<Nanoseconds> times;
  std::vector<std::size_t> descriptors;
  for (const Call* const call : calls) {
    times.push_back(call->duration);
    descriptors.push_back(call->size->descriptors);
  }
  const Spread time = spread(times);
  if (time.p50 < threshold::descriptors_time || time.p50 >= threshold::slow_child) {
    return std::nullopt;
  }
  std::ranges::sort(descriptors);
  Verdict verdict{.id = "descriptor_table"};
  verdict.confidence = std::min(
      Confidence::medium, confidence(of.recording, {Figure::duration, Figure::size}, time.count));
  verdict.sentence = fmt::format(
      "Descriptors are copied: {} with {} of them open took {}{} (median), though no page tables "
      "were copied.",
      say_several(time.count, "call"),
      print_count(static_cast<double>(descriptors[descriptors.size() / 2])),
      mark(of.recording, Figure::duration), say(time.p50));
  verdict.evidence = {
      "none of these calls has CLONE_FILES: the child gets each descriptor, and "
      "closes it in execve"};
  verdict.advice = advice_for(of, Problem::descriptors);
  verdict.weight = seconds(time.total);
  return verdict;
}

}  // namespace watch::rules
