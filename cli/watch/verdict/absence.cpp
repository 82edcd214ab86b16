// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Verdicts that fork is not to blame, or that it could not be observed.
#include <fmt/core.h>

#include <algorithm>

#include "watch/verdict/rules.hpp"
#include "watch/verdict/thresholds.hpp"
#include "recording/wording.hpp"

namespace watch::rules {
namespace {

std::uint64_t missed_calls(const Recording& recording) {
  std::uint64_t count = 0;
  for (const Notice& notice : recording.notices) {
    if (notice.kind == Notice::Kind::missed_call) count += std::max<std::uint64_t>(notice.count, 1);
  }
  return count;
}

// The reason for which threads waited longest, except copying calls.
std::string main_reason(const Analysis& analysis) {
  std::string reason = "the memory lock, though no copying call held it";
  Nanoseconds most = analysis.lock_outside.time.total;
  constexpr std::pair<Wait::Reason, const char*> others[] = {
      {Wait::Reason::futex, "locks of the program's own"},
      {Wait::Reason::runnable, "a processor"},
      {Wait::Reason::page_fault, "pages"},
      {Wait::Reason::other, "the kernel"}};
  for (const auto& [each, words] : others) {
    const auto found = analysis.meanwhile.find(each);
    if (found == analysis.meanwhile.end() || found->second.time.total <= most) continue;
    most = found->second.time.total;
    reason = words;
  }
  return fmt::format("most of it, {}, threads waited for {}", say(most), reason);
}

Verdict of_share(const Case& of) {
  const Analysis& analysis = of.analysis;
  Verdict verdict{.id = "not_fork"};
  verdict.sentence = fmt::format("Not fork: it explains {} of the blocked time.",
                                 say_share(analysis.explained_share));
  verdict.evidence = {
      fmt::format("{}threads were blocked for {} in all, {} of that by copying calls",
                  mark(of.recording, Figure::memory_lock), say(analysis.blocked),
                  say(analysis.explained)),
      main_reason(analysis)};
  verdict.weight = seconds(analysis.blocked - analysis.explained);
  return verdict;
}

Verdict of_harmlessness(const Case& of) {
  const Analysis& analysis = of.analysis;
  Verdict verdict{.id = "not_fork"};
  verdict.sentence =
      fmt::format("Not fork: {} took {}{} (median), {} at most, and {}.",
                  say_several(analysis.all.calls, "call"), mark(of.recording, Figure::duration),
                  say(analysis.all.time.p50), say(analysis.all.time.max),
                  analysis.victims.all.events == 0
                      ? "blocked no other thread"
                      : "blocked others for " + say(analysis.victims.all.time.max) + " at most");
  return verdict;
}

// The cost of copying the tables on this machine; 0 if not known.
Nanoseconds predicted(const Header& header, const Call& call) {
  if (!header.calibration || !call.size) return {};
  const double mebibytes = static_cast<double>(call.size->page_tables) / (1 << 20);
  const std::chrono::duration<double, std::nano> each = header.calibration->per_megabyte;
  return header.calibration->fixed + std::chrono::duration_cast<Nanoseconds>(each * mebibytes);
}

// The time that calls of unknown kind would take if they copied; nothing if
// most were measured as too short for that.
Spread if_they_copied(const Recording& recording) {
  const Source* const measured = source(recording, Figure::duration);
  const Nanoseconds resolution = measured ? measured->resolution : Nanoseconds{};
  std::vector<Nanoseconds> times;
  std::size_t unknown = 0;
  for (const Call& call : recording.calls) {
    if (copies_tables(call) || call.cut) continue;
    ++unknown;
    const Nanoseconds copy = predicted(recording.header, call);
    if (call.duration + resolution < copy / 2) continue;
    times.push_back(copy > Nanoseconds{} ? copy : call.duration);
  }
  return 2 * times.size() >= unknown ? spread(std::move(times)) : Spread{};
}

std::vector<std::string> ways_to_see_more(const Header& header) {
  std::vector<std::string> ways;
  for (const Unavailability& unavailability : header.obstacles)
    ways.push_back(unavailability.remedy);
  if (ways.empty())
    ways.push_back("ask for a backend that sees it: forklift watch --backend tracing");
  return ways;
}

}  // namespace

// No thread was seen to wait, and what the calls do was not seen: that does not
// prove them harmless.
std::optional<Verdict> kind_unknown(const Case& of) {
  const Spread copies = if_they_copied(of.recording);
  if (of.analysis.copying.calls > 0 || copies.max < threshold::pause) return std::nullopt;
  Verdict verdict{.id = "kind_unknown"};
  verdict.confidence = Confidence::medium;
  verdict.sentence = fmt::format(
      "Not known whether fork stalls this process: {} may have copied page tables, which takes "
      "{} here, and this backend cannot see it.",
      say_several(copies.count, "call"), say(copies.p50));
  verdict.evidence = {"neither their flags were seen nor anybody who waited for the memory lock"};
  verdict.advice = ways_to_see_more(of.recording.header);
  return verdict;
}

std::optional<Verdict> missed(const Case& of) {
  const std::uint64_t calls = missed_calls(of.recording);
  const double faults = of.analysis.after ? of.analysis.after->without_call : 0;
  if (calls == 0 && faults < threshold::faults_without_call) return std::nullopt;
  Verdict verdict{.id = "missed"};
  verdict.confidence = calls > 0 ? Confidence::high : Confidence::medium;
  verdict.sentence =
      calls > 0 ? fmt::format(
                      "{} missed while everything came into place: what followed is "
                      "in the figures, the call is not.",
                      say_several(calls, "call") + (calls == 1 ? " was" : " were"))
                : "A fork seems to have happened before watching began: its copy-on-write faults "
                  "were seen, the call was not.";
  if (faults >= threshold::faults_without_call) {
    verdict.evidence = {fmt::format("{}{} copy-on-write faults before any copying call",
                                    mark(of.recording, Figure::copy_faults), print_count(faults))};
  }
  verdict.advice = {"watch from the first instruction: forklift watch -- PROGRAM"};
  return verdict;
}

std::optional<Verdict> no_calls(const Case& of) {
  const bool is_watched = of.recording.header.backend != Backend::prediction;
  if (of.analysis.all.calls > 0 || !is_watched) return std::nullopt;
  Verdict verdict{.id = "no_calls"};
  verdict.confidence = confidence(of.recording, {Figure::duration}, threshold::few_calls);
  verdict.sentence =
      fmt::format("No process was created in the {} watched.", say(of.analysis.watched));
  if (of.analysis.threads_made > 0) {
    verdict.evidence = {say_several(of.analysis.threads_made, "thread") +
                        " made, which copies "
                        "nothing"};
  }
  verdict.advice = {"watch for longer (--for 5m), while what stalls it happens"};
  return verdict;
}

std::optional<Verdict> not_fork(const Case& of, bool is_only) {
  const Analysis& analysis = of.analysis;
  const bool explains_little = analysis.blocked - analysis.explained >= threshold::blocked &&
                               analysis.explained_share < threshold::explains_little;
  if (!explains_little && (!is_only || analysis.all.calls == 0)) return std::nullopt;
  Verdict verdict = explains_little ? of_share(of) : of_harmlessness(of);
  verdict.confidence = confidence(
      of.recording, {Figure::duration, Figure::memory_lock},
      std::max(analysis.all.calls, explains_little ? threshold::few_calls : std::size_t{0}));
  return verdict;
}

}  // namespace watch::rules
