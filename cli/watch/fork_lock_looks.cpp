// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/fork_lock_looks.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "goroutines/reader.hpp"
#include "refusal.hpp"

namespace watch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto pause = std::chrono::milliseconds(1);

}  // namespace

// A separate thread, since the backends may block on events indefinitely.
class ForkLockLooks::Looker {
 public:
  explicit Looker(pid_t pid) : reader_(pid) {}

  void begin() {
    thread_ = std::jthread([this](const std::stop_token& stop) { look_on(stop); });
  }

  bool knows_the_lock() const { return reader_.fork_lock_address().has_value(); }

  ForkLockSample take() {
    const std::lock_guard lock(mutex_);
    ForkLockSample sample = std::exchange(tick_, {});
    sample.at = Clock::now().time_since_epoch();
    return sample;
  }

 private:
  void look_on(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto state = reader_.fork_lock();
      if (!state) return;
      note(*state, Clock::now());
      std::this_thread::sleep_for(pause);
    }
  }

  void note(const ForkLockState& state, Clock::time_point now) {
    if (!state.held) held_since_ = {};
    if (state.held && held_since_ == Clock::time_point{}) held_since_ = now;
    const std::lock_guard lock(mutex_);
    ++tick_.looks;
    tick_.looks_held += state.held ? 1 : 0;
    if (state.held) {
      tick_.longest_held = std::max<Nanoseconds>(tick_.longest_held, now - held_since_);
    }
    tick_.most_readers = std::max(tick_.most_readers, state.readers);
    tick_.most_queued = std::max(tick_.most_queued, state.queued);
  }

  goroutines::Reader reader_;
  std::mutex mutex_;
  ForkLockSample tick_;
  Clock::time_point held_since_{};
  std::jthread thread_;  // last: it ends before the members it uses
};

ForkLockLooks::ForkLockLooks(Recording& recording) {
  const process::Process& target = recording.header.target;
  if (target.runtime != process::Runtime::go) return;
  try {
    looker_ = std::make_unique<Looker>(target.pid);
  } catch (const Refusal& refusal) {
    recording.notices.push_back(
        {.kind = Notice::Kind::other,
         .at = Clock::now().time_since_epoch(),
         .text = fmt::format("the ForkLock is not looked at: {}", refusal.what()),
         .count = 1});
    return;
  }
  if (!looker_->knows_the_lock()) {
    looker_.reset();
    return;
  }
  recording.header.sources.push_back({.figure = Figure::fork_lock,
                                      .from = "looks at syscall.ForkLock, a thousand a second",
                                      .resolution = 2 * std::chrono::milliseconds(pause),
                                      .exact = false});
  looker_->begin();
}

ForkLockLooks::~ForkLockLooks() = default;

void ForkLockLooks::collect(Recording& recording) {
  if (!looker_) return;
  const ForkLockSample sample = looker_->take();
  if (sample.looks > 0) recording.fork_lock.push_back(sample);
}

}  // namespace watch
