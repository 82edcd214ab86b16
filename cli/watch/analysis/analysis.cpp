// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/analysis/analysis.hpp"

#include <algorithm>
#include <set>

#include "watch/analysis/parts.hpp"

namespace watch {
namespace {

// The part of a wait that counts as blocked time. Idle threads wait for hours
// on a futex, so a wait that merely coincides with a call counts for the
// overlap only.
Nanoseconds counted(const Wait& wait) {
  const bool is_whole = wait.reason == Wait::Reason::memory_lock || wait.call == 0;
  return is_whole ? wait.duration : wait.overlap;
}

struct Sorted {
  Waits victims;
  Waits lock_outside;
  std::map<Wait::Reason, Waits> meanwhile;
  Nanoseconds blocked{};
};

Sorted sort(const Recording& recording, const CallIndex& index) {
  Sorted sorted;
  std::vector<Nanoseconds> blocked;
  for (const Wait& wait : recording.waits) {
    const Call* const call = index.find(wait.call);
    // The caller's own waits are part of its call.
    if (call && call->thread == wait.thread) continue;
    blocked.push_back(counted(wait));
    if (is_victim(wait, call)) {
      sorted.victims.push_back(&wait);
    } else if (wait.reason == Wait::Reason::memory_lock) {
      sorted.lock_outside.push_back(&wait);
    } else {
      sorted.meanwhile[wait.reason].push_back(&wait);
    }
  }
  sorted.blocked = sum(blocked);
  return sorted;
}

Nanoseconds watched(const Recording& recording) {
  return std::max(recording.footer.at - recording.header.begin, Nanoseconds{});
}

double explained_share(const Analysis& analysis) {
  const double own = static_cast<double>(analysis.all.stall.total.count());
  const double all = own + static_cast<double>(analysis.blocked.count());
  return all > 0 ? (own + static_cast<double>(analysis.explained.count())) / all : 0;
}

// Counted since watching began; the first sample comes later.
std::uint64_t threads_made(const std::vector<Sample>& samples) {
  return samples.empty() ? 0 : samples.back().threads_made;
}

void analyze_calls(const Recording& recording, const Waits& victims, Analysis& analysis) {
  std::set<std::uint64_t> blockers;
  for (const Wait* const wait : victims) blockers.insert(wait->call);
  Calls all, copying;
  for (const Call& call : recording.calls) {
    all.push_back(&call);
    if (copies_tables(call).value_or(blockers.contains(call.number))) copying.push_back(&call);
  }
  analysis.kinds =
      group(all, victims, [](const Call& call) { return std::pair(kind(call), Stack()); });
  analysis.places =
      group(all, victims, [](const Call& call) { return std::pair(kind(call), call.stack); });
  std::ranges::stable_sort(analysis.places, std::greater<>{},
                           [](const Group& group) { return group.victims.time.total; });
  analysis.all = together(all, victims);
  analysis.copying = together(copying, victims);
}

}  // namespace

CallIndex::CallIndex(const Recording& recording) {
  for (const Call& call : recording.calls) calls_.emplace(call.number, &call);
}

const Call* CallIndex::find(std::uint64_t number) const {
  const auto found = calls_.find(number);
  return number == 0 || found == calls_.end() ? nullptr : found->second;
}

std::optional<bool> copies_tables(const Call& call) {
  if (call.flags) return copies(call);
  if (call.function == "fork") return true;
  if (call.function == "vfork") return false;
  return std::nullopt;
}

bool may_copy(const Call& call) { return copies_tables(call).value_or(true); }

bool is_victim(const Wait& wait, const Call* call) {
  return call && wait.reason == Wait::Reason::memory_lock && wait.thread != call->thread &&
         wait.overlap > Nanoseconds{} && may_copy(*call);
}

Analysis analyze(const Recording& recording) {
  const CallIndex index(recording);
  const Sorted sorted = sort(recording, index);
  Analysis analysis;
  analysis.watched = watched(recording);
  analyze_calls(recording, sorted.victims, analysis);
  analysis.victims = count_victims(sorted.victims);
  for (const auto& [reason, waits] : sorted.meanwhile) {
    analysis.meanwhile[reason] = blocked(waits, &Wait::overlap);
  }
  analysis.lock_outside = blocked(sorted.lock_outside, &Wait::duration);
  count_freezes(recording, index, analysis);
  analysis.after = aftermath(recording);
  analysis.children = children(recording, index);
  analysis.fork_lock = fork_lock(recording);
  analysis.threads_made = threads_made(recording.samples);
  analysis.blocked = sorted.blocked;
  analysis.explained = analysis.victims.all.time.total;
  analysis.explained_share = explained_share(analysis);
  return analysis;
}

}  // namespace watch
