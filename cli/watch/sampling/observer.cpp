// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Samples some hundred times a second where each thread sleeps, as often as it
// may at little cost; `Calls` draws the conclusions.
#include "watch/observer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "descriptor_limit.hpp"
#include "watch/proc/clock.hpp"
#include "watch/proc/fault_counter.hpp"
#include "watch/proc/size.hpp"
#include "watch/sampling/budget.hpp"
#include "watch/sampling/calls.hpp"
#include "watch/sampling/thread_sampler.hpp"

namespace watch {
namespace {

using std::chrono::milliseconds;
using namespace sampling;

constexpr Nanoseconds between_ticks = milliseconds(100);
constexpr Nanoseconds between_rolls = milliseconds(50);
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

class BySampling final : public Observer {
 public:
  BySampling(const ObserverOptions& options, Recording& recording);
  void collect(Recording& recording, milliseconds patience) override;
  void conclude(Recording& recording) override;

 private:
  void look(Recording& recording);
  void sample(Nanoseconds now, Recording& recording);

  ThreadSampler sampler_;
  SizeReader size_;
  Calls calls_;
  FaultCounter faults_;
  Budget budget_;
  Nanoseconds last_round_{};
  Nanoseconds processor_before_{};
  Nanoseconds next_tick_{};
  Nanoseconds next_roll_{};
  std::uint64_t rounds_ = 0;
  std::uint64_t looks_ = 0;
  Nanoseconds looked_for_{};
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

Nanoseconds step_of(const ObserverOptions& options) {
  const auto rate = std::clamp(options.samples_per_second, 1U, most_rate);
  return Nanoseconds(std::chrono::seconds(1)) / rate;
}

BySampling::BySampling(const ObserverOptions& options, Recording& recording)
    : sampler_(recording.header.target.pid),
      size_(recording.header.target.pid),
      calls_(recording.header.target.pid, options.least_wait, size_),
      faults_(recording.header.target.pid),
      budget_(step_of(options)) {
  const pid_t pid = recording.header.target.pid;
  if (sampler_.size() == 0) {
    throw Unavailable(fmt::format("process {} has ended or is hidden", pid), "choose another");
  }
  if (!sampler_.tells_places()) {
    throw Unavailable(
        fmt::format("/proc does not show where the threads of process {} sleep: another user's",
                    pid),
        "run it as the user of the process, or with sudo");
  }
  size_.count_mappings();
  faults_.begin();
  recording.header.sources = sources(step_of(options));
}

void BySampling::collect(Recording& recording, milliseconds patience) {
  const auto end = monotonic_now() + patience;
  processor_before_ = processor_now();
  for (;;) {
    const auto next =
        std::max(last_round_ + budget_.step(sampler_.worth_looking_at(), calls_.under_way()),
                 monotonic_now());
    if (next >= end) break;
    sleep_until(next);
    look(recording);
  }
  sleep_until(end);
}

void BySampling::look(Recording& recording) {
  const auto now = monotonic_now();
  if (last_round_ != Nanoseconds{}) {
    looked_for_ += now - last_round_;
    budget_.passed(now - last_round_);
  }
  last_round_ = now;
  if (now >= next_roll_) {
    sampler_.list_threads();
    next_roll_ = now + between_rolls;
  }
  const std::size_t count = budget_.looks_a_round(sampler_.worth_looking_at(), calls_.under_way());
  auto sightings = sampler_.look(count, calls_.worth_a_look());
  const std::size_t looks = sightings.size();
  calls_.saw(now, std::move(sightings), sampler_.size(), recording);
  sample(now, recording);
  ++rounds_;
  looks_ += looks;
  const auto processor = processor_now();
  budget_.spent(processor - processor_before_, looks);
  processor_before_ = processor;
}

void BySampling::sample(Nanoseconds now, Recording& recording) {
  if (now < next_tick_) return;
  next_tick_ = now + between_ticks;
  Sample sample;
  sample.at = now;
  sample.faults = faults_.count();
  sample.threads_made = sampler_.newcomers();
  recording.samples.push_back(sample);
  if (!calls_.copying_under_way()) size_.count_mappings();
}

// The achieved sampling rate, instead of the requested one.
void BySampling::conclude(Recording& recording) {
  const auto now = monotonic_now();
  calls_.conclude(now, recording);
  next_tick_ = now;
  sample(now, recording);
  recording.footer.hook_runs = 0;
  if (rounds_ < 2) return;
  const auto step = looked_for_ / static_cast<Nanoseconds::rep>(rounds_ - 1);
  recording.header.sources = sources(step);
  if (looks_ + looks_ / 10 < rounds_ * sampler_.size()) {
    recording.notices.push_back(
        {.kind = Notice::Kind::other,
         .at = now,
         .text =
             fmt::format("of {} threads only those that ran lately were looked at, {} in a round",
                         sampler_.size(), looks_ / rounds_),
         .count = 1});
  }
}

}  // namespace

std::unique_ptr<Observer> observe_by_sampling(const ObserverOptions& options,
                                              Recording& recording) {
  const auto start = monotonic_now();
  if (const auto unavailability = obstacle_to_sampling()) {
    throw Unavailable(unavailability->reason, unavailability->remedy);
  }
  raise_descriptor_limit();  // one descriptor for each thread
  auto observer = std::make_unique<BySampling>(options, recording);
  recording.header.begin = monotonic_now();
  recording.header.attaching = recording.header.begin - start;
  if (options.stacks) {
    recording.notices.push_back({.kind = Notice::Kind::no_stacks,
                                 .at = recording.header.begin,
                                 .text = "stacks cannot be sampled without stopping threads",
                                 .count = 1});
  }
  return observer;
}

}  // namespace watch
