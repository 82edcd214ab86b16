// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Runs Go's lock algorithms on threads: this class is their scheduler, so it
// sees every sleep. A waiter that sleeps for 10 ms records its own stack, and
// then sleeps on. The records have a mutex apart from the lock, so that
// `report` works while the lock is held.

#include "lab/go_lock/fork_lock.hpp"

#include <execinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace lab::go_lock {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds long_wait{10};

// As in Go: four turns of thirty pauses, only where another processor could
// unlock meanwhile.
constexpr int most_turns = 4;
constexpr int pauses_per_turn = 30;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

std::vector<void*> stack_here() {
  std::array<void*, 64> frames;
  const int depth = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  return std::vector<void*>(frames.begin(), frames.begin() + depth);
}

}  // namespace

class ForkLock::State : private Scheduler {
 public:
  explicit State(Rules rules) : lock_(*this, rules) {}

  Rules rules() const { return lock_.rules(); }

  void lock() {
    Waiting self;
    {
      const std::lock_guard guard(books_);
      self.number = ++last_number_;
      waiting_.push_back(&self);
    }
    mine_ = &self;
    lock_.lock();
    mine_ = nullptr;
    const std::lock_guard guard(books_);
    std::erase(waiting_, &self);
    remember(self);
    holders_.push_back({self.thread, Clock::now(), self.number});
  }

  void unlock() {
    {
      const std::lock_guard guard(books_);
      std::erase_if(holders_, [me = ::gettid()](const Held& held) { return held.thread == me; });
    }
    lock_.unlock();
  }

  forklift::ForkLock::Report report() const {
    const std::lock_guard guard(books_);
    const auto now = Clock::now();
    forklift::ForkLock::Report report;
    report.long_waits.assign(long_waits_.begin(), long_waits_.end());
    report.acquired = acquired_;
    report.longest = longest_;
    for (const Held& held : holders_) {
      report.holders.push_back({held.thread, Side::launcher, now - held.since, held.number});
    }
    for (const Waiting* const waiting : waiting_) {
      report.waiters.push_back(
          {waiting->thread, Side::launcher, now - waiting->since, waiting->stack, waiting->number});
      report.longest = std::max(report.longest, report.waiters.back().waited);
    }
    return report;
  }

 private:
  using Side = forklift::ForkLock::Side;
  using Wait = forklift::ForkLock::Wait;
  struct Waiting {
    pid_t thread = ::gettid();
    Clock::time_point since = Clock::now();
    std::uint64_t number = 0;
    std::vector<void*> stack{};
  };
  struct Held {
    pid_t thread;
    Clock::time_point since;
    std::uint64_t number;
  };

  Clock::time_point now() override { return Clock::now(); }

  bool may_spin(int turns) override {
    static const bool alone = std::thread::hardware_concurrency() < 2;
    return !alone && turns < most_turns;
  }

  void spin() override {
    for (int i = 0; i < pauses_per_turn; ++i) pause();
  }

  void park(Sleeper& self) override {
    if (self.awake.try_acquire_for(long_wait)) return;
    if (mine_->stack.empty()) {
      std::vector<void*> stack = stack_here();
      const std::lock_guard guard(books_);
      mine_->stack = std::move(stack);
    }
    self.awake.acquire();
  }

  void wake(Sleeper& other) override { other.awake.release(); }

  void remember(Waiting& self) {
    constexpr std::size_t most = 64;
    const auto waited = Clock::now() - self.since;
    ++acquired_;
    longest_ = std::max<std::chrono::nanoseconds>(longest_, waited);
    if (self.stack.empty()) return;
    if (long_waits_.size() == most) long_waits_.pop_front();
    long_waits_.push_back(
        {self.thread, Side::launcher, waited, std::move(self.stack), self.number});
  }

  RulesLock lock_;
  mutable std::mutex books_;
  std::vector<Held> holders_;
  std::vector<Waiting*> waiting_;
  std::deque<Wait> long_waits_;
  std::uint64_t last_number_ = 0;
  std::uint64_t acquired_ = 0;
  std::chrono::nanoseconds longest_{};
  static thread_local Waiting* mine_;
};

thread_local ForkLock::State::Waiting* ForkLock::State::mine_ = nullptr;

ForkLock::ForkLock(Rules rules) : state_(std::make_unique<State>(rules)) {}
ForkLock::~ForkLock() = default;

void ForkLock::lock() { state_->lock(); }
void ForkLock::unlock() { state_->unlock(); }
forklift::ForkLock::Report ForkLock::report() const { return state_->report(); }
Rules ForkLock::rules() const { return state_->rules(); }

}  // namespace lab::go_lock
