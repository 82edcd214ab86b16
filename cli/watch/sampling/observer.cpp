// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Looks some hundred times a second where each thread sleeps. A copying call
// shows by the threads that wait for the memory lock together, and by the child
// that comes up at the end; a suspending one by its caller; and without any of
// these a call is only a child that was not there before.
#include "watch/observer.hpp"

#include <fmt/core.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <map>
#include <utility>

#include "watch/proc/fault_counter.hpp"
#include "watch/proc/clock.hpp"
#include "watch/proc/size.hpp"
#include "watch/proc/tasks.hpp"
#include "watch/sampling/budget.hpp"
#include "watch/sampling/crowd.hpp"
#include "watch/sampling/episodes.hpp"
#include "watch/sampling/family.hpp"

namespace watch {
namespace {

using std::chrono::milliseconds;
using namespace sampling;

constexpr Nanoseconds between_ticks = milliseconds(100);
constexpr Nanoseconds between_rolls = milliseconds(50);
constexpr Nanoseconds between_full_checks = milliseconds(100);
// After an episode its child shows up, or was reaped already.
constexpr Nanoseconds child_shows_within = milliseconds(60);
constexpr std::size_t most_makers = 32;
constexpr unsigned least_rounds = 2;  // one waits for a moment for other reasons, too
constexpr unsigned most_rate = 500;

Nanoseconds processor_now() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
}

void sleep_until(Nanoseconds moment) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(moment);
  const timespec until{.tv_sec = seconds.count(), .tv_nsec = (moment - seconds).count()};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

// One descriptor for each thread.
void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

class BySampling final : public Observer {
 public:
  BySampling(const Wish& wish, Recording& recording);
  void collect(Recording& recording, milliseconds patience) override;
  void conclude(Recording& recording) override;

 private:
  bool something_happens() const;
  void look(Recording& recording);
  std::set<pid_t> worth_a_look() const;
  void take_over(const std::vector<Stretch>& over, Recording& recording);
  void suspended(const Stretch& stretch, Recording& recording);
  void check_children(Nanoseconds now, Recording& recording);
  std::vector<pid_t> likely_makers() const;
  void born(const Family::Birth& birth, Nanoseconds now, Recording& recording);
  Episode* episode_without_child();
  void settle(Nanoseconds now, Recording& recording);
  void tell(const Episode& episode, std::uint64_t call, Recording& recording);
  void add(Call call, Recording& recording);
  void tick(Nanoseconds now, Recording& recording);

  pid_t pid_;
  Wish wish_;
  Crowd crowd_;
  Family family_;
  SizeReader size_;
  FaultCounter faults_;
  Budget budget_;
  Stretches stretches_;
  Episodes episodes_;
  std::deque<Episode> waiting_for_child_;
  std::set<pid_t> makers_;  // that have made a child before
  std::map<pid_t, pid_t> suspended_by_;
  std::vector<Sighting> last_seen_;
  std::optional<Size> size_before_;
  Nanoseconds begin_;
  Nanoseconds last_round_{};
  Nanoseconds processor_before_{};
  Nanoseconds next_tick_{};
  Nanoseconds next_roll_{};
  Nanoseconds next_full_check_{};
  Nanoseconds check_until_{};
  std::uint64_t rounds_ = 0;
  std::uint64_t looks_ = 0;
  Nanoseconds looked_for_{};
  std::uint64_t last_number_ = 0;
};

std::vector<Source> sources(Nanoseconds step) {
  const Nanoseconds both = 2 * step;
  return {
      {Figure::duration, "samples of /proc/PID/task/TID/wchan", both, false},
      {Figure::flags, "who waited while the child was made", {}, false},
      {Figure::memory_lock, "samples of wchan", both, false},
      {Figure::faults, "/proc/PID/stat", between_ticks, true},
      {Figure::size, "/proc/PID/status", milliseconds(20), false},
  };
}

Nanoseconds step_of(const Wish& wish) {
  const auto rate = std::clamp(wish.samples_per_second, 1U, most_rate);
  return Nanoseconds(std::chrono::seconds(1)) / rate;
}

BySampling::BySampling(const Wish& wish, Recording& recording)
    : pid_(recording.heading.target.pid),
      wish_(wish),
      crowd_(pid_),
      family_(pid_),
      size_(pid_),
      faults_(pid_),
      budget_(step_of(wish)),
      begin_(monotonic_now()) {
  if (crowd_.size() == 0) {
    throw Unavailable(fmt::format("process {} has ended or is hidden", pid_), "choose another");
  }
  if (!crowd_.tells_places()) {
    throw Unavailable(
        fmt::format("/proc does not tell where the threads of process {} sleep: another user's",
                    pid_),
        "run it as the user of the process, or with sudo");
  }
  size_.count_mappings();
  faults_.begin();
  recording.heading.sources = sources(step_of(wish));
}

void BySampling::collect(Recording& recording, milliseconds patience) {
  const auto end = monotonic_now() + patience;
  processor_before_ = processor_now();
  for (;;) {
    const auto next =
        std::max(last_round_ + budget_.step(crowd_.worth_looking_at(), something_happens()),
                 monotonic_now());
    if (next >= end) break;
    sleep_until(next);
    look(recording);
  }
  sleep_until(end);
}

bool BySampling::something_happens() const {
  return episodes_.under_way() || !waiting_for_child_.empty() ||
         !stretches_.under_way(Place::creation).empty();
}

void BySampling::look(Recording& recording) {
  const auto now = monotonic_now();
  if (last_round_ != Nanoseconds{}) {
    looked_for_ += now - last_round_;
    budget_.passed(now - last_round_);
  }
  last_round_ = now;
  if (now >= next_roll_) {
    crowd_.call_the_roll();
    next_roll_ = now + between_rolls;
  }
  const std::size_t count = budget_.looks_a_round(crowd_.worth_looking_at(), something_happens());
  last_seen_ = crowd_.look(count, worth_a_look());
  take_over(stretches_.saw(now, last_seen_), recording);
  check_children(now, recording);
  settle(now, recording);
  tick(now, recording);
  ++rounds_;
  looks_ += last_seen_.size();
  const auto processor = processor_now();
  budget_.spent(processor - processor_before_, last_seen_.size());
  processor_before_ = processor;
}

// Whoever is in the middle of something must not be left out.
std::set<pid_t> BySampling::worth_a_look() const {
  std::set<pid_t> all;
  for (const auto place : {Place::memory_lock, Place::creation}) {
    for (const auto& stretch : stretches_.under_way(place)) all.insert(stretch.thread);
  }
  return all;
}

void BySampling::take_over(const std::vector<Stretch>& over, Recording& recording) {
  for (const auto& stretch : over) {
    episodes_.ended(stretch);
    if (stretch.place == Place::creation) suspended(stretch, recording);
  }
  if (episodes_.begin_if_any(stretches_)) {
    episodes_.current()->reaped_at_begin = family_.reaped();
    size_before_ = size_.now();
  }
  if (auto episode = episodes_.round(stretches_)) {
    waiting_for_child_.push_back(std::move(*episode));
  }
}

void BySampling::suspended(const Stretch& stretch, Recording& recording) {
  Call call;
  call.thread = stretch.thread;
  call.flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
  call.begin = stretch.begin;
  call.duration = stretch.end - stretch.begin;
  call.child = std::exchange(suspended_by_[stretch.thread], 0);
  add(std::move(call), recording);
}

std::vector<pid_t> BySampling::likely_makers() const {
  std::vector<pid_t> all(makers_.begin(), makers_.end());
  if (!makers_.contains(pid_)) all.push_back(pid_);
  for (const auto& [thread, place] : last_seen_) {
    if (all.size() >= most_makers) return all;
    if (place == Place::running && !makers_.contains(thread)) all.push_back(thread);
  }
  return all;
}

void BySampling::check_children(Nanoseconds now, Recording& recording) {
  // A child that its maker waits for is told when that goes on.
  for (const auto& stretch : stretches_.under_way(Place::creation)) {
    auto& child = suspended_by_[stretch.thread];
    if (child != 0) continue;
    for (const auto& birth : family_.births({stretch.thread})) child = birth.child;
  }
  if (family_.anything_born()) check_until_ = now + milliseconds(5);
  const bool all = now >= next_full_check_ || !waiting_for_child_.empty();
  if (!all && now > check_until_) return;
  auto makers = likely_makers();
  if (all && crowd_.size() <= most_makers) makers = threads_of(pid_);
  if (all) next_full_check_ = now + between_full_checks;
  for (const auto& birth : family_.births(makers)) born(birth, now, recording);
}

Episode* BySampling::episode_without_child() {
  const auto is_free = [](const Episode& episode) { return episode.child == 0; };
  const auto found = std::ranges::find_if(waiting_for_child_, is_free);
  if (found != waiting_for_child_.end()) return &*found;
  auto* const current = episodes_.current();
  return current != nullptr && is_free(*current) ? current : nullptr;
}

// The child belongs to the episode that has just ended; without one, its maker
// was in the call while it did not sleep.
void BySampling::born(const Family::Birth& birth, Nanoseconds now, Recording& recording) {
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
  for (const auto& stretch : stretches_.under_way(Place::running)) {
    if (stretch.thread == birth.maker) call.begin = stretch.begin;
  }
  call.duration = now - call.begin;
  add(std::move(call), recording);
}

void BySampling::settle(Nanoseconds now, Recording& recording) {
  while (!waiting_for_child_.empty()) {
    auto& episode = waiting_for_child_.front();
    const bool made = episode.child != 0 || family_.reaped() != episode.reaped_at_begin;
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

void BySampling::tell(const Episode& episode, std::uint64_t call, Recording& recording) {
  for (const auto& stretch : episode.waits) {
    Wait wait;
    wait.call = call;
    wait.thread = stretch.thread;
    wait.thread_name = thread_name(pid_, stretch.thread);
    wait.reason = Wait::Reason::memory_lock;
    wait.begin = stretch.begin;
    wait.duration = stretch.end - stretch.begin;
    if (call != 0) wait.overlap = wait.duration;
    if (wait.duration >= wish_.least_wait) recording.waits.push_back(std::move(wait));
  }
}

void BySampling::add(Call call, Recording& recording) {
  call.number = ++last_number_;
  call.thread_name = thread_name(pid_, call.thread);
  if (!call.size) call.size = size_.now();
  if (makers_.size() >= most_makers) makers_.clear();
  if (call.thread != 0) makers_.insert(call.thread);
  recording.calls.push_back(std::move(call));
}

void BySampling::tick(Nanoseconds now, Recording& recording) {
  if (now < next_tick_) return;
  next_tick_ = now + between_ticks;
  Tick tick;
  tick.at = now;
  tick.faults = faults_.count();
  tick.threads_made = crowd_.newcomers();
  recording.ticks.push_back(tick);
  if (!episodes_.under_way()) size_.count_mappings();
}

// What the sampling came to, instead of what was asked for.
void BySampling::conclude(Recording& recording) {
  const auto now = monotonic_now();
  settle(now + child_shows_within, recording);
  next_tick_ = now;
  tick(now, recording);
  recording.ending.hook_runs = 0;
  if (rounds_ < 2) return;
  const auto step = looked_for_ / static_cast<Nanoseconds::rep>(rounds_ - 1);
  recording.heading.sources = sources(step);
  if (looks_ + looks_ / 10 < rounds_ * crowd_.size()) {
    recording.notices.push_back(
        {.kind = Notice::Kind::other,
         .at = now,
         .text =
             fmt::format("of {} threads only those that ran lately were looked at, {} in a round",
                         crowd_.size(), looks_ / rounds_),
         .count = 1});
  }
}

}  // namespace

std::unique_ptr<Observer> observe_by_sampling(const Wish& wish, Recording& recording) {
  const auto start = monotonic_now();
  if (const auto obstacle = obstacle_to_sampling()) {
    throw Unavailable(obstacle->reason, obstacle->remedy);
  }
  raise_descriptor_limit();
  auto observer = std::make_unique<BySampling>(wish, recording);
  recording.heading.begin = monotonic_now();
  recording.heading.attaching = recording.heading.begin - start;
  if (wish.stacks) {
    recording.notices.push_back({.kind = Notice::Kind::no_stacks,
                                 .at = recording.heading.begin,
                                 .text = "stacks cannot be sampled without stopping threads",
                                 .count = 1});
  }
  return observer;
}

}  // namespace watch
