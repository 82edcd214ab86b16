// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The launches in progress while a meter exists. A launch adds its entry before
// it clones and removes it when its child has reached exec or failed; without a
// meter there are no entries and a launch costs one load. The thread that waits
// for a slow launch records its own stack, because no other thread can without
// a signal.

#include "diagnosis/launch_registry.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "kernel/stack.hpp"
#include "kernel/gettid.hpp"
#include "kernel/per_process.hpp"
#include "launch/parent_side.hpp"

namespace forklift {
namespace {

using Clock = LaunchEntry::Clock;
using std::chrono::nanoseconds;

constexpr std::size_t most_long_launches = 64;

constinit kernel::PerProcess<LaunchRegistry> registries;

// A child that has executed or failed is no longer in flight, whether or not
// its outcome was read.
bool is_on_its_way(const LaunchEntry& entry) noexcept {
  return !entry.record || !launch::await(*entry.record, kernel::Deadline::after({}));
}

StallReport::Launch describe(const LaunchEntry& entry) {
  StallReport::Launch seen;
  seen.number = entry.number;
  seen.program = entry.program;
  seen.engine = entry.engine;
  seen.thread = entry.thread;
  seen.lasting = Clock::now() - entry.begin;
  seen.beginning = entry.hold.load(std::memory_order_relaxed) < 0;
  if (!entry.record) return seen;
  const launch::ChildPosition position = launch::position_of(*entry.record);
  seen.step = position.step;
  seen.subject = position.subject;
  seen.child = entry.record->pid;
  return seen;
}

// The waiting thread may have recorded its stack.
std::optional<ThreadPlace> waiting_place(const LaunchEntry& entry) {
  const pid_t thread = entry.waiting.load(std::memory_order_relaxed);
  if (thread == 0) return std::nullopt;
  const auto& taken = entry.still ? entry.still->waiting : std::nullopt;
  if (taken && taken->thread == thread) return taken;
  return ThreadPlace{.thread = thread, .at = Clock::now()};
}

// Keeps the stack of an earlier waiter.
void remember(LaunchEntry& entry, const StallReport::Launch& seen) {
  auto waited = entry.still ? std::move(entry.still->waiting) : std::nullopt;
  entry.still = seen;
  if (!seen.waiting) entry.still->waiting = std::move(waited);
}

std::unique_ptr<launch::LaunchObserver> observe(const std::string& program,
                                                const launch::CompiledPlan* plan) noexcept {
  LaunchRegistry* const registry = LaunchRegistry::active();
  if (!registry) return nullptr;
  return registry->begin(program, plan ? plan->engine : Engine::fork);
}

}  // namespace

LaunchRegistry* LaunchRegistry::active() noexcept {
  LaunchRegistry* const known = registries.find();
  return known && known->metered_.load(std::memory_order_acquire) ? known : nullptr;
}

LaunchRegistry& LaunchRegistry::own() { return registries.get(); }

bool LaunchRegistry::is_own() const noexcept { return registries.find() == this; }

void LaunchRegistry::join(StallAccount& account) {
  const std::lock_guard guard(mutex_);
  account.first = last_number_ + 1;
  patience_ = accounts_.empty() ? account.threshold : std::min(patience_, account.threshold);
  accounts_.push_back(&account);
  metered_.store(true, std::memory_order_release);
  launch::install(launch::Watcher::meter, &observe);
}

void LaunchRegistry::leave(StallAccount& account) {
  const std::lock_guard guard(mutex_);
  std::erase(accounts_, &account);
  if (accounts_.empty()) return metered_.store(false, std::memory_order_release);
  patience_ = (*std::ranges::min_element(accounts_, {}, &StallAccount::threshold))->threshold;
}

void LaunchRegistry::look(const StallAccount& account, StallReport& report) {
  const std::lock_guard guard(mutex_);
  for (LaunchEntry* const entry : entries_) {
    if (entry->number < account.first || !is_on_its_way(*entry)) continue;
    StallReport::Launch seen = describe(*entry);
    seen.waiting = waiting_place(*entry);
    if (seen.lasting >= account.threshold) remember(*entry, seen);
    report.launches.push_back(std::move(seen));
  }
  std::ranges::sort(report.launches, std::ranges::greater(), &StallReport::Launch::lasting);
  report.long_launches.assign(account.long_launches.begin(), account.long_launches.end());
  report.launched = account.launched;
  report.failed = account.failed;
  report.hold = account.hold;
  report.launch = account.launch;
}

std::unique_ptr<LaunchEntry> LaunchRegistry::begin(const std::string& program,
                                                   Engine engine) noexcept try {
  auto fresh = std::make_unique<LaunchEntry>();
  fresh->program = program;
  fresh->engine = engine;
  fresh->thread = kernel::this_thread();
  fresh->waiting.store(fresh->thread, std::memory_order_relaxed);
  const std::lock_guard guard(mutex_);
  fresh->number = ++last_number_;
  fresh->patience = patience_;
  fresh->place = entries_.size();
  entries_.push_back(fresh.get());
  fresh->registry = this;
  fresh->begin = Clock::now();
  return fresh;
} catch (const std::bad_alloc&) {
  return nullptr;
}

void LaunchRegistry::remove(const LaunchEntry& entry) {
  entries_.back()->place = entry.place;
  entries_[entry.place] = entries_.back();
  entries_.pop_back();
}

// A launch whose outcome was read late has not necessarily stalled: it counts
// if it was seen stalled, or its starting call took that long.
void LaunchRegistry::count(const LaunchEntry& entry, bool failed) {
  const nanoseconds lasted = Clock::now() - entry.begin;
  const nanoseconds hold(entry.hold.load(std::memory_order_relaxed));
  const nanoseconds held = hold < nanoseconds(0) ? lasted : hold;
  for (StallAccount* const account : accounts_) {
    if (entry.number < account->first) continue;
    ++account->launched;
    account->failed += failed;
    account->hold.add(held);
    account->launch.add(lasted);
    if (lasted < account->threshold) continue;
    if (!entry.still && held < account->threshold) continue;
    auto known = entry.still ? *entry.still : describe(entry);
    known.lasting = lasted;
    known.beginning = false;
    if (account->long_launches.size() == most_long_launches) account->long_launches.pop_front();
    account->long_launches.push_back(std::move(known));
  }
}

void LaunchEntry::handed_over(const launch::InFlight& launched) noexcept {
  hold.store((Clock::now() - begin).count(), std::memory_order_relaxed);
  waiting.store(0, std::memory_order_relaxed);
  const std::lock_guard guard(registry->mutex_);
  record = &launched;
}

void LaunchEntry::arrived() noexcept {
  if (!registry->is_own()) return;
  const std::lock_guard guard(registry->mutex_);
  record = nullptr;
}

void LaunchEntry::ended(bool failed) noexcept {
  LaunchRegistry* const whose = std::exchange(registry, nullptr);
  if (!whose || !whose->is_own()) return;
  const std::lock_guard guard(whose->mutex_);
  whose->remove(*this);
  try {
    whose->count(*this, failed);
  } catch (const std::bad_alloc&) {  // it is then missing among the long ones
  }
}

// Not in the child of a fork of the program.
kernel::Deadline LaunchEntry::waits() noexcept {
  using kernel::Deadline;
  if (!registry->is_own()) return Deadline::never();
  waiting.store(kernel::this_thread(), std::memory_order_relaxed);
  return Deadline::after(begin + patience - Clock::now());
}

void LaunchEntry::stalled() noexcept try {
  if (!registry->is_own()) return;
  ThreadPlace here{.thread = kernel::this_thread(), .stack = kernel::stack_here()};
  here.at = Clock::now();
  const std::lock_guard guard(registry->mutex_);
  still = describe(*this);
  still->waiting = std::move(here);
} catch (const std::bad_alloc&) {
}

}  // namespace forklift
