// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Turns sorted records into calls, waits and execs. Records do not contain what
// a thread waits for, and a call is complete only when it returns; so intervals
// without a processor stay undecided until all calls that could explain them
// have ended. Calls of unhooked threads are inferred (`inferred_`).

#include "watch/perf/timeline.hpp"

#include <algorithm>
#include <utility>

namespace watch::perf {
namespace {

// An inferred call is known only when it ends: events until then are kept.
constexpr Nanoseconds longest_guessed = std::chrono::milliseconds(500);
// A wait that ends this long after a call is unrelated to it.
constexpr Nanoseconds calls_matter_for = std::chrono::seconds(5);
constexpr std::size_t most_undecided = 100'000;

Notice& notice_of(Recording& recording, Notice::Kind kind, Nanoseconds at, const char* text) {
  for (auto& notice : recording.notices) {
    if (notice.kind == kind && notice.text == text) return notice;
  }
  return recording.notices.emplace_back(Notice{.kind = kind, .at = at, .text = text});
}

}  // namespace

Timeline::Timeline(Setting setting, const WchanSampler& looks, Witness& witness)
    : setting_(setting),
      witness_(witness),
      calls_(setting.begin),
      inferred_(looks),
      children_([&witness](pid_t pid) { return witness.program_of(pid); }),
      verdict_(looks, setting.least_wait) {}

void Timeline::take(const Record& record, Recording& recording) {
  switch (record.kind) {
    case Record::Kind::switched_out:
      switches_.out(record);
      way_back_.out(record);
      break;
    case Record::Kind::switched_in: came_back(record); break;
    case Record::Kind::forked: born(record); break;
    case Record::Kind::exited: ended(record); break;
    case Record::Kind::executed: executed(record, recording); break;
    case Record::Kind::entered: enter(record); break;
    case Record::Kind::returned:
      if (auto call = calls_.returned(record)) way_back_.returned(std::move(*call));
      break;
    case Record::Kind::running: inferred_.ran(record); break;
    case Record::Kind::lost: lost(record, recording); break;
  }
}

void Timeline::enter(const Record& record) {
  if (record.function == Function::execve) return children_.execve_entered(record);
  if (record.process != setting_.pid) return;
  way_back_.over(record.thread);
  Call* const call = calls_.entered(record, flags_of(record, setting_.pid));
  const bool thread = call == nullptr || (call->flags && (*call->flags & CLONE_THREAD) != 0);
  if (!thread) witness_.describe(*call, &record);
}

void Timeline::came_back(const Record& record) {
  const auto off = switches_.in(record);
  if (!off) return;
  calls_.was_off(*off);
  way_back_.in(*off);
  inferred_.was_off(*off);
  if (off->preempted) verdict_.preempted(*off);
  if (off->length() >= setting_.least_wait) undecided_.push_back(*off);
}

void Timeline::born(const Record& record) {
  if (record.process != setting_.pid) return;
  if (record.child_process == setting_.pid) {
    ++threads_made_;
    calls_.made_thread(record);
    if (unhooked_.contains(record.thread)) unhooked_.insert(record.child);
    return;
  }
  calls_.made_child(record);
  children_.born(record);
  if (!guesses(record.thread) || calls_.under_way(record.thread)) return;
  inferred_.born(record, switches_);
  if (setting_.calls_hooked) wanted_hooks_.push_back(record.thread);
}

void Timeline::executed(const Record& record, Recording& recording) {
  if (record.process == setting_.pid) {
    witness_.executes_another_program();
    notice_of(recording, Notice::Kind::target, record.at, "the process executes another program")
        .count++;
    return;
  }
  calls_.child_is_off(record.process, record.at);
  inferred_.executed(record);
  children_.executed(record);
}

void Timeline::ended(const Record& record) {
  switches_.ended(record.thread);
  way_back_.over(record.thread);
  if (record.process == setting_.pid || record.thread != record.process) return;
  calls_.child_is_off(record.process, record.at);
  inferred_.ended(record);
  children_.ended(record);
}

void Timeline::lost(const Record& record, Recording& recording) {
  switches_.forget();
  way_back_.over();
  notice_of(recording, Notice::Kind::lost_events, record.at,
            "the kernel's buffer of events was full")
      .count += record.value;
}

void Timeline::finish(Call call, Recording& recording) {
  call.number = ++last_number_;
  call.thread_name = witness_.thread_name(call.thread);
  if (!call.size) witness_.describe(call, nullptr);
  if (call.cut) {
    notice_of(recording, Notice::Kind::missed_call, call.begin,
              "a call had begun before all was in place, or had not ended")
        .count++;
  }
  call_time_ += call.duration - call.off_cpu.value_or(Nanoseconds{});
  verdict_.finished(call);
  children_.numbered(call);
  recording.calls.push_back(std::move(call));
}

void Timeline::settle(Nanoseconds seen_until, Recording& recording) {
  for (auto& call : way_back_.take(seen_until)) finish(std::move(call), recording);
  for (auto& call : inferred_.settle(seen_until, switches_)) finish(std::move(call), recording);
  judge(seen_until, recording);
  take_execs(children_.take(), recording);
  verdict_.forget_before(seen_until - calls_matter_for);
}

void Timeline::judge(Nanoseconds seen_until, Recording& recording) {
  auto until = seen_until;
  if (!setting_.calls_hooked || !unhooked_.empty()) until -= longest_guessed;
  if (const auto first = calls_.earliest()) until = std::min(until, *first);
  if (const auto first = way_back_.earliest()) until = std::min(until, *first);
  if (const auto first = inferred_.earliest()) until = std::min(until, *first);
  while (!undecided_.empty() &&
         (undecided_.front().end <= until || undecided_.size() > most_undecided)) {
    judge(undecided_.front(), recording);
    undecided_.pop_front();
  }
}

void Timeline::judge(const OffCpu& off, Recording& recording) {
  auto wait = verdict_.of(off);
  if (!wait) return;
  wait->thread_name = witness_.thread_name(wait->thread);
  recording.waits.push_back(std::move(*wait));
}

// Also reports threads blocked in a call that is still in progress.
void Timeline::conclude(Nanoseconds at, Recording& recording) {
  way_back_.over();
  for (auto& call : way_back_.take(at)) finish(std::move(call), recording);
  for (auto& call : calls_.cut(at)) finish(std::move(call), recording);
  for (auto& call : inferred_.settle(Nanoseconds::max(), switches_)) {
    finish(std::move(call), recording);
  }
  for (const auto& off : undecided_) judge(off, recording);
  for (const auto& off : switches_.under_way(at)) {
    auto wait = verdict_.of(off);
    if (wait && wait->reason == Wait::Reason::memory_lock) judge(off, recording);
  }
  undecided_.clear();
  take_execs(children_.take_rest(), recording);
}

void Timeline::take_execs(std::vector<Exec> execs, Recording& recording) {
  std::ranges::move(execs, std::back_inserter(recording.execs));
}

std::vector<pid_t> Timeline::take_wanted_hooks() { return std::exchange(wanted_hooks_, {}); }

}  // namespace watch::perf
