// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// The effects of copying page tables: on other threads during the call, on all
// writers after it, and on the child that discards the copy.
#include <fmt/core.h>

#include <algorithm>

#include "watch/verdict/rules.hpp"
#include "watch/verdict/thresholds.hpp"
#include "recording/wording.hpp"

namespace watch::rules {
namespace {

constexpr std::size_t width_of_stack = 150;

const Group* worst_place(const Analysis& analysis) {
  const auto found = std::ranges::find_if(
      analysis.places, [](const Group& place) { return place.copying.value_or(true); });
  return found == analysis.places.end() || found->stack.empty() ? nullptr : &*found;
}

std::string per_mebibyte(const Case& of) {
  const Group& copying = of.analysis.copying;
  std::string text = fmt::format("{} of page tables are copied each time: {:.3g} ms per MiB",
                                 print_size(copying.median->page_tables), *copying.ms_per_mebibyte);
  if (const auto& calibration = of.recording.header.calibration) {
    text += fmt::format(", {:.3g} ms where a process of our own does it",
                        static_cast<double>(calibration->per_megabyte.count()) / 1e6);
  }
  return text;
}

std::vector<std::string> evidence_of_stall(const Case& of) {
  const auto& [recording, analysis] = of;
  std::vector<std::string> lines;
  const Blocked& victims = analysis.victims.all;
  if (victims.events > 0) {
    lines.push_back(fmt::format(
        "{}{} of {} for the memory lock that these calls held: {} in all, {} at most",
        mark(recording, Figure::memory_lock), say_several(victims.events, "wait"),
        say_several(victims.threads, "thread"), say(victims.time.total), say(victims.time.max)));
  }
  if (analysis.copying.ms_per_mebibyte) lines.push_back(per_mebibyte(of));
  if (const Group* const place = worst_place(analysis)) {
    lines.push_back("called at " + say(place->stack, width_of_stack));
  }
  return lines;
}

std::string others(const Victims& victims, std::size_t calls) {
  if (victims.calls == 0) return "; no other thread was held up";
  const std::string which =
      victims.calls == calls ? ", and each" : fmt::format("; {} of them", victims.calls);
  return fmt::format("{} blocked {} at once", which,
                     say_several(static_cast<std::size_t>(victims.per_call + 0.5), "other thread"));
}

// If sampled, it can be 0 although there were calls.
Nanoseconds time_of_calls(const Analysis& analysis) {
  return std::max(analysis.after->call_time.value_or(Nanoseconds{}), analysis.copying.stall.total);
}

}  // namespace

std::optional<Verdict> copying_call_stalls(const Case& of) {
  const auto& [recording, analysis] = of;
  const Group& calls = analysis.copying;
  const Nanoseconds longest = std::max(calls.stall.max, analysis.victims.all.time.max);
  if (calls.calls == 0 || longest < threshold::pause) return std::nullopt;
  Verdict verdict{.id = "copying_call_stalls"};
  verdict.confidence = confidence(recording, {Figure::duration, Figure::memory_lock}, calls.calls);
  verdict.sentence = fmt::format(
      "Process creation stalls this process: {} copied page tables and took {}{} (median), {} at "
      "most{}.",
      say_several(calls.calls, "call"), mark(recording, Figure::duration), say(calls.stall.p50),
      say(calls.stall.max), others(analysis.victims, calls.calls));
  verdict.evidence = evidence_of_stall(of);
  verdict.advice = advice_for(of, Problem::copying);
  verdict.weight = seconds(calls.stall.total) + seconds(analysis.victims.all.time.total);
  return verdict;
}

std::optional<Verdict> runtime_frozen(const Case& of) {
  const auto& [recording, analysis] = of;
  const std::size_t threads =
      analysis.copying.median ? analysis.copying.median->threads : recording.header.target.threads;
  if (analysis.frozen_calls == 0 || analysis.longest_freeze < threshold::pause ||
      threads < threshold::frozen_threads) {
    return std::nullopt;
  }
  Verdict verdict{.id = "runtime_frozen"};
  verdict.confidence =
      confidence(recording, {Figure::memory_lock, Figure::other_waits}, analysis.frozen_calls);
  verdict.sentence = fmt::format(
      "The whole process was stopped: during {} of {} all other threads were blocked at once, for "
      "up to {}{}.",
      analysis.frozen_calls, say_several(analysis.copying.calls, "copying call"),
      mark(recording, Figure::memory_lock), say(analysis.longest_freeze));
  verdict.evidence = {
      fmt::format("it has {}; all but the caller could not run for at least half of "
                  "the call",
                  say_several(threads, "thread"))};
  verdict.advice = advice_for(of, Problem::copying);
  verdict.weight = seconds(analysis.longest_freeze) * static_cast<double>(analysis.frozen_calls);
  return verdict;
}

std::optional<Verdict> copy_on_write_storm(const Case& of) {
  const auto& [recording, analysis] = of;
  if (!analysis.after || !analysis.after->fault_time || analysis.copying.calls == 0) {
    return std::nullopt;
  }
  const Aftermath& after = *analysis.after;
  const Nanoseconds calls = time_of_calls(analysis);
  if (*after.fault_time < threshold::fault_time || *after.fault_time <= calls) return std::nullopt;
  Verdict verdict{.id = "copy_on_write_storm"};
  verdict.confidence =
      confidence(recording, {Figure::copy_faults, Figure::fault_time}, analysis.copying.calls);
  verdict.sentence = fmt::format(
      "The calls are the smaller part: writing to copied pages afterwards cost {}{} of processor "
      "time in page faults; the calls themselves took {}.",
      mark(recording, Figure::fault_time), say(*after.fault_time), say(calls));
  verdict.evidence = {
      fmt::format("{}{} copy-on-write faults beyond those of before ({} a second), {} per call",
                  mark(recording, Figure::copy_faults), print_count(after.copy_faults),
                  print_count(after.before_per_second), print_count(after.per_call))};
  verdict.advice = advice_for(of, Problem::copy_on_write);
  verdict.weight = seconds(*after.fault_time);
  return verdict;
}

std::optional<Verdict> teardown_in_exec(const Case& of) {
  const auto& [recording, analysis] = of;
  const auto& all = analysis.children;
  const auto slow = std::ranges::max_element(all, {}, [](const Children& each) {
    return each.copied ? each.in_exec.total : Nanoseconds{-1};
  });
  if (slow == all.end() || !slow->copied || slow->in_exec.p50 < threshold::teardown ||
      seconds(slow->in_exec.p50) < threshold::teardown_share * seconds(analysis.copying.time.p50)) {
    return std::nullopt;
  }
  Verdict verdict{.id = "teardown_in_exec"};
  verdict.confidence = confidence(recording, {Figure::child}, slow->executed);
  verdict.sentence = fmt::format(
      "It is paid for twice: the child copies, then takes the copy down again within execve, {}{} "
      "(median) after a call of {}.",
      mark(recording, Figure::child), say(slow->in_exec.p50), say(analysis.copying.time.p50));
  verdict.evidence = {fmt::format("{} executed {}: {} until it ran, {} of that in execve",
                                  say_several(slow->executed, "time"),
                                  slow->program.empty() ? "a program" : slow->program,
                                  say(slow->to_exec.p50), say(slow->in_exec.p50))};
  verdict.advice = advice_for(of, Problem::teardown);
  verdict.weight = seconds(slow->in_exec.total);
  return verdict;
}

}  // namespace watch::rules
