// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Without hooks, calls are inferred from where threads sleep. Threads that wait
// for the memory lock together form an episode, which becomes a copying call
// once a child appears or was reaped. A child may appear after the lock is
// free, so episodes wait 60 ms for one; those without a child are reported as
// waits only.

#include "watch/sampling/calls.hpp"

#include <sched.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "watch/proc/tasks.hpp"

namespace watch::sampling {
namespace {

using std::chrono::milliseconds;

constexpr Nanoseconds between_full_checks = milliseconds(100);
// After an episode its child appears, or was reaped already.
constexpr Nanoseconds child_shows_within = milliseconds(60);
constexpr std::size_t most_makers = 32;
constexpr unsigned least_rounds = 2;  // a thread also waits briefly for other reasons

}  // namespace

Calls::Calls(pid_t pid, Nanoseconds least_wait, SizeReader& size)
    : pid_(pid), least_wait_(least_wait), size_(size), children_(pid) {}

void Calls::saw(Nanoseconds now, std::vector<ThreadSample> sightings, std::size_t threads,
                Recording& recording) {
  last_seen_ = std::move(sightings);
  take_over(intervals_.saw(now, last_seen_), recording);
  check_children(now, threads, recording);
  settle(now, recording);
}

void Calls::conclude(Nanoseconds now, Recording& recording) {
  settle(now + child_shows_within, recording);
}

bool Calls::under_way() const {
  return episodes_.under_way() || !waiting_for_child_.empty() ||
         !intervals_.under_way(WaitChannel::creation).empty();
}

std::set<pid_t> Calls::worth_a_look() const {
  std::set<pid_t> all;
  for (const auto place : {WaitChannel::memory_lock, WaitChannel::creation}) {
    for (const auto& interval : intervals_.under_way(place)) all.insert(interval.thread);
  }
  return all;
}

void Calls::take_over(const std::vector<Interval>& over, Recording& recording) {
  for (const auto& interval : over) {
    episodes_.ended(interval);
    if (interval.place == WaitChannel::creation) suspended(interval, recording);
  }
  if (episodes_.begin_if_any(intervals_)) {
    episodes_.current()->reaped_at_begin = children_.reaped();
    size_before_ = size_.now();
  }
  if (auto episode = episodes_.round(intervals_)) {
    waiting_for_child_.push_back(std::move(*episode));
  }
}

void Calls::suspended(const Interval& interval, Recording& recording) {
  Call call;
  call.thread = interval.thread;
  call.flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
  call.begin = interval.begin;
  call.duration = interval.end - interval.begin;
  call.child = std::exchange(suspended_by_[interval.thread], 0);
  add(std::move(call), recording);
}

std::vector<pid_t> Calls::likely_makers() const {
  std::vector<pid_t> all(makers_.begin(), makers_.end());
  if (!makers_.contains(pid_)) all.push_back(pid_);
  for (const auto& [thread, place] : last_seen_) {
    if (all.size() >= most_makers) return all;
    if (place == WaitChannel::running && !makers_.contains(thread)) all.push_back(thread);
  }
  return all;
}

void Calls::check_children(Nanoseconds now, std::size_t threads, Recording& recording) {
  // A child that its maker waits for is reported when the maker continues.
  for (const auto& interval : intervals_.under_way(WaitChannel::creation)) {
    auto& child = suspended_by_[interval.thread];
    if (child != 0) continue;
    for (const auto& birth : children_.births({interval.thread})) child = birth.child;
  }
  if (children_.anything_born()) check_until_ = now + milliseconds(5);
  const bool all = now >= next_full_check_ || !waiting_for_child_.empty();
  if (!all && now > check_until_) return;
  auto makers = likely_makers();
  if (all && threads <= most_makers) makers = threads_of(pid_);
  if (all) next_full_check_ = now + between_full_checks;
  for (const auto& birth : children_.births(makers)) born(birth, now, recording);
}

Episode* Calls::episode_without_child() {
  const auto is_free = [](const Episode& episode) { return episode.child == 0; };
  const auto found = std::ranges::find_if(waiting_for_child_, is_free);
  if (found != waiting_for_child_.end()) return &*found;
  auto* const current = episodes_.current();
  return current != nullptr && is_free(*current) ? current : nullptr;
}

// The child belongs to the episode that has just ended; without one, its maker
// was in the call while it did not sleep.
void Calls::born(const ChildTracker::Birth& birth, Nanoseconds now, Recording& recording) {
  makers_.insert(birth.maker);
  auto* const episode = episode_without_child();
  if (episode != nullptr) {
    episode->maker = birth.maker;
    episode->child = birth.child;
    return;
  }
  Call call;
  call.thread = birth.maker;
  call.child = birth.child;
  call.begin = now;
  for (const auto& interval : intervals_.under_way(WaitChannel::running)) {
    if (interval.thread == birth.maker) call.begin = interval.begin;
  }
  call.duration = now - call.begin;
  add(std::move(call), recording);
}

void Calls::settle(Nanoseconds now, Recording& recording) {
  while (!waiting_for_child_.empty()) {
    auto& episode = waiting_for_child_.front();
    const bool made = episode.child != 0 || children_.reaped() != episode.reaped_at_begin;
    if (!made && now - episode.end < child_shows_within) return;
    Call call;
    call.child = episode.child;
    call.thread = episode.child != 0 ? episode.maker : likely_maker(episode);
    call.begin = episode.begin;
    call.duration = episode.end - episode.begin;
    call.size = size_before_;
    const bool copying = made && episode.rounds >= least_rounds;
    if (copying) call.flags = SIGCHLD;
    if (copying || episode.child != 0) add(std::move(call), recording);
    tell(episode, copying ? last_number_ : 0, recording);
    waiting_for_child_.pop_front();
  }
}

void Calls::tell(const Episode& episode, std::uint64_t call, Recording& recording) {
  for (const auto& interval : episode.waits) {
    Wait wait;
    wait.call = call;
    wait.thread = interval.thread;
    wait.thread_name = thread_name(pid_, interval.thread);
    wait.reason = Wait::Reason::memory_lock;
    wait.begin = interval.begin;
    wait.duration = interval.end - interval.begin;
    if (call != 0) wait.overlap = wait.duration;
    if (wait.duration >= least_wait_) recording.waits.push_back(std::move(wait));
  }
}

void Calls::add(Call call, Recording& recording) {
  call.number = ++last_number_;
  call.thread_name = thread_name(pid_, call.thread);
  if (!call.size) call.size = size_.now();
  if (makers_.size() >= most_makers) makers_.clear();
  if (call.thread != 0) makers_.insert(call.thread);
  recording.calls.push_back(std::move(call));
}

}  // namespace watch::sampling
