// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// StallMeter: reports launches, and waits and holds of the ForkLock, that
// exceed a threshold. Its thread reads the registry at an interval given by the
// threshold, and runs the callbacks; it starts with the first callback, so a
// meter without callbacks has no thread.

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <forklift/stall.hpp>
#include <list>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "kernel/cancel_guard.hpp"
#include "kernel/deadline.hpp"
#include "kernel/fork_generation.hpp"
#include "kernel/write_nosigpipe.hpp"
#include "kernel/quiet_thread.hpp"
#include "diagnosis/thread_stack_collector.hpp"
#include "diagnosis/launch_registry.hpp"
#include "diagnosis/signal_notifier.hpp"

namespace forklift {
namespace {

using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;

StallMeter::Options checked(const StallMeter::Options& options) {
  if (options.threshold < nanoseconds(0)) throw std::invalid_argument("a negative threshold");
  if (options.pause < nanoseconds(0)) throw std::invalid_argument("a negative pause");
  return options;
}

// Everything beyond the threshold: launches, waits, holds.
using Stall = std::pair<char, std::uint64_t>;

std::set<Stall> stalls_in(const StallReport& report) {
  std::set<Stall> all;
  const auto note = [&](char kind, std::uint64_t number, nanoseconds lasted) {
    if (lasted >= report.threshold) all.emplace(kind, number);
  };
  for (const auto* const launches : {&report.launches, &report.long_launches}) {
    for (const auto& launch : *launches) note('l', launch.number, launch.lasting);
  }
  if (!report.lock) return all;
  for (const auto* const waits : {&report.lock->waiters, &report.lock->long_waits}) {
    for (const auto& wait : *waits) note('w', wait.number, wait.waited);
  }
  for (const auto* const holds : {&report.lock->holders, &report.lock->long_holds}) {
    for (const auto& hold : *holds) note('h', hold.number, hold.held);
  }
  return all;
}

void write_all(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const long written = kernel::write_file_quietly(descriptor, text.data(), text.size());
    if (written < 0 && written != -EINTR) return;
    text.remove_prefix(static_cast<std::size_t>(std::max(written, 0L)));
  }
}

}  // namespace

class StallMeter::State {
 public:
  explicit State(const Options& options)
      : options_(checked(options)), collector_(options.ask), account_(options.threshold) {
    LaunchRegistry::own().join(account_);
  }
  ~State();

  bool is_spent() const noexcept { return mark_ != kernel::fork_generation(); }
  StallReport report() const;
  std::vector<ThreadPlace> ask(std::span<const pid_t> threads) const;
  void on_stall(Callback callback);
  void dump_on(int signal, Callback callback);

 private:
  struct Dump {
    Dump(int signal, Callback what) : notifier(signal), callback(std::move(what)) {}
    SignalNotifier notifier;
    Callback callback;
  };

  void collect_missing_stacks(StallReport& report) const;
  void start();
  void serve();
  void dump_if_asked();
  void look_for_stalls();
  kernel::Deadline next_look() const;

  const std::uint64_t mark_ = kernel::fork_generation();
  const Options options_;
  const kernel::ThreadStackCollector collector_;
  StallAccount account_;

  std::mutex mutex_;  // held while callbacks run
  Callback on_stall_;
  std::list<Dump> dumps_;
  std::set<Stall> reported_;
  kernel::Deadline quiet_until_ = kernel::Deadline::after(nanoseconds(0));
  std::unique_ptr<std::thread> thread_;
  std::atomic<bool> ended_{false};
};

StallMeter::State::~State() {
  const kernel::CancelGuard guard;
  if (is_spent()) {
    // The thread does not exist here, so it can neither be joined nor detached.
    static_cast<void>(thread_.release());
    return;
  }
  if (thread_) {
    ended_ = true;
    notify_all();
    thread_->join();
  }
  LaunchRegistry::own().leave(account_);
}

StallReport StallMeter::State::report() const {
  StallReport report;
  report.threshold = options_.threshold;
  if (is_spent()) return report;
  LaunchRegistry::own().look(account_, report);
  if (options_.lock) report.lock = options_.lock->report();
  collect_missing_stacks(report);
  return report;
}

// Blocked threads that have recorded no stack.
void StallMeter::State::collect_missing_stacks(StallReport& report) const {
  const auto is_long = [&](nanoseconds lasting) { return lasting >= options_.threshold; };
  std::vector<pid_t> silent;
  std::vector<ThreadPlace*> waiting;
  for (auto& launch : report.launches) {
    if (!is_long(launch.lasting) || !launch.waiting || !launch.waiting->stack.empty()) continue;
    silent.push_back(launch.waiting->thread);
    waiting.push_back(&*launch.waiting);
  }
  if (report.lock) {
    for (const auto& holder : report.lock->holders) {
      if (is_long(holder.held)) silent.push_back(holder.thread);
    }
  }
  auto places = ask(silent);
  const auto end = places.begin() + static_cast<std::ptrdiff_t>(waiting.size());
  std::ranges::for_each(places.begin(), end, [&, at = waiting.begin()](ThreadPlace& place) mutable {
    **at++ = std::move(place);
  });
  report.holders.assign(std::move_iterator(end), std::move_iterator(places.end()));
}

std::vector<ThreadPlace> StallMeter::State::ask(std::span<const pid_t> threads) const {
  std::vector<ThreadPlace> places;
  if (is_spent()) return places;
  for (auto& present : collector_.call(threads)) {
    places.push_back({.thread = present.thread,
                      .stack = std::move(present.stack),
                      .interrupted = true,
                      .kernel = std::move(present.view),
                      .at = present.at});
  }
  return places;
}

void StallMeter::State::on_stall(Callback callback) {
  if (is_spent()) return;
  StallReport now = report();
  now.launches.clear();  // those in flight are still to be reported
  if (now.lock) now.lock->waiters.clear(), now.lock->holders.clear();
  const std::lock_guard guard(mutex_);
  if (!on_stall_) reported_ = stalls_in(now);
  on_stall_ = std::move(callback);
  start();
}

void StallMeter::State::dump_on(int signal, Callback callback) {
  if (is_spent()) return;
  const std::lock_guard guard(mutex_);
  dumps_.emplace_back(signal, std::move(callback));
  try {
    start();
  } catch (...) {
    dumps_.pop_back();
    throw;
  }
}

void StallMeter::State::start() {
  if (!thread_)
    thread_ = std::make_unique<std::thread>(kernel::start_quiet_thread([this] { serve(); }));
  notify_all();
}

void StallMeter::State::serve() {
  while (!ended_) {
    const std::uint32_t seen = notifications();
    kernel::Deadline next = kernel::Deadline::never();
    {
      const std::lock_guard guard(mutex_);
      dump_if_asked();
      if (on_stall_) look_for_stalls();
      if (on_stall_) next = next_look();
    }
    if (!ended_) await_notification(seen, next);
  }
}

void StallMeter::State::dump_if_asked() {
  for (Dump& dump : dumps_) {
    if (dump.notifier.was_notified()) dump.callback(report());
  }
}

// A launch is in no report between the moment its child has left and the one in
// which its owner reads the outcome, so reported ones are kept for a while.
void StallMeter::State::look_for_stalls() {
  if (!quiet_until_.passed()) return;
  const StallReport now = report();
  std::set<Stall> stalls = stalls_in(now);
  if (std::ranges::includes(reported_, stalls)) return;
  reported_.insert(stalls.begin(), stalls.end());
  constexpr std::size_t most_reported = 1024;
  if (reported_.size() > most_reported) reported_ = std::move(stalls);
  on_stall_(now);
  quiet_until_ = kernel::Deadline::after(options_.pause);
}

kernel::Deadline StallMeter::State::next_look() const {
  constexpr nanoseconds least = std::chrono::milliseconds(1), most = std::chrono::seconds(1);
  const auto soon = kernel::Deadline::after(std::clamp(options_.threshold, least, most));
  return quiet_until_.sooner(soon).point() == soon.point() ? quiet_until_ : soon;  // the later
}

StallMeter::StallMeter() : StallMeter(Options{}) {}
StallMeter::StallMeter(const Options& options) : state_(std::make_unique<State>(options)) {}
StallMeter::~StallMeter() = default;

StallReport StallMeter::report() const { return state_->report(); }

std::vector<ThreadPlace> StallMeter::ask(std::span<const pid_t> threads) const {
  return state_->ask(threads);
}

void StallMeter::on_stall(Callback callback) { state_->on_stall(std::move(callback)); }

void StallMeter::dump_on(int signal, int descriptor) {
  dump_on(signal,
          [descriptor](const StallReport& report) { write_all(descriptor, report.text()); });
}

void StallMeter::dump_on(int signal, Callback callback) {
  state_->dump_on(signal, std::move(callback));
}

}  // namespace forklift
