// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The lock of Go's launches: launchers exclude creators of descriptors, so that
// no child is created between the creation of a descriptor and its
// close-on-exec mark. The library needs it only where the kernel has no
// pipe2(2). Unlike Go's, it hands over in order and records its holders and
// waiters: a waiter beyond the threshold records its own stack, which costs
// nothing without contention.

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <forklift/fork_lock.hpp>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "kernel/above_stdio.hpp"
#include "kernel/cancel_guard.hpp"
#include "kernel/deadline.hpp"
#include "kernel/per_process.hpp"
#include "kernel/stack.hpp"
#include "kernel/gettid.hpp"

namespace forklift {
namespace {

using Clock = std::chrono::steady_clock;
using kernel::stack_here, kernel::this_thread;

}  // namespace

// One mutex protects everything, held for a few instructions: a consistent
// report matters more than the last nanosecond.
class ForkLock::State {
 public:
  State(Rule rule, std::chrono::nanoseconds threshold) : rule_(rule), threshold_(threshold) {}

  Rule rule() const noexcept { return rule_; }

  void acquire(Side side) {
    const kernel::CancelGuard uncancelled;  // a waiter has an entry in the queue
    std::unique_lock guard(mutex_);
    if (admits(side)) {
      hold(side, this_thread());
    } else {
      wait(guard, side);
    }
  }

  bool try_acquire(Side side) {
    const std::lock_guard guard(mutex_);
    if (!admits(side)) return false;
    hold(side, this_thread());
    return true;
  }

  void release(Side side) {
    const kernel::CancelGuard uncancelled;  // recording a stack may open files
    std::unique_lock guard(mutex_);
    const auto mine = find_held(side);
    if (mine == holders_.end()) return;
    const Held held = *mine;
    holders_.erase(mine);
    if (holders_.empty()) hand_over(side);
    const auto lasted = Clock::now() - held.since;
    if (lasted < threshold_) return;
    guard.unlock();
    std::vector<void*> stack = stack_here();
    guard.lock();
    keep(long_holds_, {held.thread, side, lasted, held.number, std::move(stack)});
  }

  Report report() const {
    const std::lock_guard guard(mutex_);
    const auto now = Clock::now();
    Report report;
    report.long_waits.assign(long_waits_.begin(), long_waits_.end());
    report.long_holds.assign(long_holds_.begin(), long_holds_.end());
    report.acquired = acquired_;
    report.contended = contended_;
    report.longest = longest_;
    for (const Held& held : holders_) {
      report.holders.push_back({held.thread, held.side, now - held.since, held.number});
    }
    for (const Waiter* const waiter : queue_) {
      report.waiters.push_back(
          {waiter->thread, waiter->side, now - waiter->since, waiter->stack, waiter->number});
      report.longest = std::max(report.longest, report.waiters.back().waited);
    }
    return report;
  }

 private:
  struct Held {
    pid_t thread;
    Side side;
    Clock::time_point since;
    std::uint64_t number;
  };
  struct Waiter {
    pid_t thread;
    Side side;
    Clock::time_point since;
    std::uint64_t number;
    std::vector<void*> stack{};
    bool granted = false;
    std::condition_variable turn{};
  };

  std::vector<Held>::iterator find_held(Side side) {
    const pid_t thread = this_thread();
    const auto mine = std::ranges::find_if(
        holders_, [&](const Held& held) { return held.thread == thread && held.side == side; });
    // A guard object may have been moved to another thread.
    return mine != holders_.end() ? mine : std::ranges::find(holders_, side, &Held::side);
  }

  template <class What>
  static void keep(std::deque<What>& last, What one) {
    constexpr std::size_t most = 64;
    if (last.size() == most) last.pop_front();
    last.push_back(std::move(one));
  }

  bool any_waits(Side side) const {
    return std::ranges::any_of(queue_, [&](const Waiter* w) { return w->side == side; });
  }

  // A newcomer must queue behind the other side: otherwise an endless stream of
  // one side would starve the other.
  bool admits(Side side) const {
    if (holders_.empty()) return queue_.empty();
    if (holders_.front().side != side) return false;
    if (side == Side::creator) return !any_waits(Side::launcher);
    return rule_ == Rule::together && !any_waits(Side::creator);
  }

  void hold(Side side, pid_t thread) {
    holders_.push_back({thread, side, Clock::now(), ++last_number_});
    ++acquired_;
  }

  // A threshold may be too long to be added to the time.
  template <class Granted>
  bool wait_within_threshold(std::unique_lock<std::mutex>& guard, std::condition_variable& turn,
                             Granted granted) {
    const auto until = kernel::Deadline::after(threshold_).point();
    if (until) return turn.wait_until(guard, *until, granted);
    turn.wait(guard, granted);
    return true;
  }

  void wait(std::unique_lock<std::mutex>& guard, Side side) {
    Waiter self{
        .thread = this_thread(), .side = side, .since = Clock::now(), .number = ++last_number_};
    queue_.push_back(&self);
    const auto granted = [&self] { return self.granted; };
    if (!wait_within_threshold(guard, self.turn, granted)) {
      guard.unlock();
      std::vector<void*> stack = stack_here();
      guard.lock();
      self.stack = std::move(stack);
      self.turn.wait(guard, granted);
    }
    remember(self);
  }

  void remember(Waiter& self) {
    const auto waited = Clock::now() - self.since;
    ++contended_;
    longest_ = std::max<std::chrono::nanoseconds>(longest_, waited);
    if (self.stack.empty()) return;
    keep(long_waits_, {self.thread, self.side, waited, std::move(self.stack), self.number});
  }

  // Waiting creators go before the next launcher, and a waiting launcher before
  // the next creators.
  void hand_over(Side last) {
    const Side other = last == Side::launcher ? Side::creator : Side::launcher;
    const Side next = any_waits(other) ? other : last;
    const bool all = next == Side::creator || rule_ == Rule::together;
    for (auto at = queue_.begin(); at != queue_.end();) {
      Waiter& waiter = **at;
      if (waiter.side != next) {
        ++at;
        continue;
      }
      at = queue_.erase(at);
      hold(waiter.side, waiter.thread);
      waiter.granted = true;
      waiter.turn.notify_one();
      if (!all) return;
    }
  }

  const Rule rule_;
  const std::chrono::nanoseconds threshold_;
  mutable std::mutex mutex_;
  std::vector<Held> holders_;
  std::vector<Waiter*> queue_;
  std::deque<Wait> long_waits_;
  std::deque<Holder> long_holds_;
  std::uint64_t last_number_ = 0;
  std::uint64_t acquired_ = 0;
  std::uint64_t contended_ = 0;
  std::chrono::nanoseconds longest_{};
};

ForkLock::ForkLock(Rule rule, std::chrono::nanoseconds threshold)
    : state_(std::make_unique<State>(rule, threshold)) {}
ForkLock::~ForkLock() = default;

void ForkLock::lock() { state_->acquire(Side::launcher); }
bool ForkLock::try_lock() { return state_->try_acquire(Side::launcher); }
void ForkLock::unlock() { state_->release(Side::launcher); }
void ForkLock::lock_shared() { state_->acquire(Side::creator); }
bool ForkLock::try_lock_shared() { return state_->try_acquire(Side::creator); }
void ForkLock::unlock_shared() { state_->release(Side::creator); }
ForkLock::Report ForkLock::report() const { return state_->report(); }
ForkLock::Rule ForkLock::rule() const noexcept { return state_->rule(); }

ForkLock& fork_lock() {
  static constinit kernel::PerProcess<ForkLock> locks;
  return locks.get();
}

namespace {

std::unexpected<std::error_code> failure() {
  return std::unexpected(std::error_code(errno, std::generic_category()));
}

// pipe(2) itself: the C library's `pipe` calls pipe2. AArch64 has only pipe2.
long open_unmarked(int* ends) {
#if defined(SYS_pipe)
  return ::syscall(SYS_pipe, ends);
#else
  return ::pipe(ends);
#endif
}

std::expected<Pipe, std::error_code> above_stdio(Pipe pipe) {
  for (Fd* const end : {&pipe.reading, &pipe.writing}) {
    *end = kernel::above_stdio(std::move(*end));
    if (!*end) return failure();
  }
  return pipe;
}

bool is_missing(int error) { return error == ENOSYS || error == EPERM || error == EINVAL; }

}  // namespace

std::expected<Pipe, std::error_code> fork_exec_pipe(ForkLock& lock) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) == 0) return above_stdio(Pipe{Fd(ends[0]), Fd(ends[1])});
  if (!is_missing(errno)) return failure();
  const std::shared_lock creating(lock);
  if (open_unmarked(ends) < 0) return failure();
  Pipe made{Fd(ends[0]), Fd(ends[1])};
  for (const int end : ends) {
    if (::fcntl(end, F_SETFD, FD_CLOEXEC) < 0) return failure();
  }
  return above_stdio(std::move(made));
}

}  // namespace forklift
