// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/verdict/verdict.hpp"

#include <algorithm>

#include "recording/names.hpp"
#include "watch/verdict/rules.hpp"
#include "watch/verdict/thresholds.hpp"

namespace watch {
namespace rules {

double seconds(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

std::string mark(const Recording& recording, Figure figure) {
  const Source* const found = source(recording, figure);
  return found && found->exact ? "" : "≈ ";
}

Confidence confidence(const Recording& recording, std::initializer_list<Figure> figures,
                      std::size_t calls) {
  const auto is_exact = [&](Figure figure) { return mark(recording, figure).empty(); };
  const auto is_lost = [](const Notice& notice) {
    return notice.kind == Notice::Kind::missed_call || notice.kind == Notice::Kind::lost_events;
  };
  const int doubts = (std::ranges::all_of(figures, is_exact) ? 0 : 1) +
                     (calls < threshold::few_calls ? 1 : 0) +
                     (std::ranges::any_of(recording.notices, is_lost) ? 1 : 0);
  return doubts == 0 ? Confidence::high : doubts == 1 ? Confidence::medium : Confidence::low;
}

std::vector<std::string> advice_for(const Case& of, Problem ill) {
  Circumstances circumstances;
  for (const Group& place : of.analysis.places) {
    if (place.copying.value_or(true) && !place.stack.empty()) {
      circumstances.stack = place.stack;
      break;
    }
  }
  return advice(of.recording.header.target, ill, circumstances);
}

}  // namespace rules

std::string name(Confidence confidence) {
  constexpr Names<Confidence::high> names("low", "medium", "high");
  return names.of(confidence);
}

std::vector<Verdict> judge(const Recording& recording, const Analysis& analysis) {
  using namespace rules;
  const Case of{recording, analysis};
  std::vector<Verdict> verdicts;
  for (const auto rule :
       {copying_call_stalls, runtime_frozen, copy_on_write_storm, teardown_in_exec,
        slow_child_holds_vfork, fork_lock_queue, call_starved, lock_convoy, swap, restart_loop,
        descriptor_table, missed, kind_unknown, no_calls}) {
    if (auto verdict = rule(of)) verdicts.push_back(std::move(*verdict));
  }
  if (auto verdict = not_fork(of, verdicts.empty())) verdicts.push_back(std::move(*verdict));
  std::ranges::stable_sort(verdicts, std::greater<>{}, &Verdict::weight);
  return verdicts;
}

}  // namespace watch
