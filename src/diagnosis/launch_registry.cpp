// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "diagnosis/launch_registry.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "kernel/stack.hpp"
#include "kernel/gettid.hpp"
#include "launch/parent_side.hpp"

namespace forklift {
namespace {

using Clock = Sighting::Clock;
using std::chrono::nanoseconds;

constexpr std::size_t most_long_launches = 64;

std::atomic<Lookout*> current{nullptr};

// A child that has left is not on its way any more, whether or not anybody has
// asked how it went.
bool is_on_its_way(const Sighting& sighting) noexcept {
  return !sighting.record || !launch::await(*sighting.record, kernel::Deadline::after({}));
}

StallReport::Launch describe(const Sighting& sighting) {
  StallReport::Launch seen;
  seen.number = sighting.number;
  seen.program = sighting.program;
  seen.engine = sighting.engine;
  seen.thread = sighting.thread;
  seen.lasting = Clock::now() - sighting.begin;
  seen.beginning = sighting.hold.load(std::memory_order_relaxed) < 0;
  if (!sighting.record) return seen;
  const launch::Place place = launch::place_of(*sighting.record);
  seen.step = place.step;
  seen.subject = place.subject;
  seen.child = sighting.record->pid;
  return seen;
}

// The thread that waits may have taken its stack.
std::optional<ThreadPlace> who_waits(const Sighting& sighting) {
  const pid_t thread = sighting.waits.load(std::memory_order_relaxed);
  if (thread == 0) return std::nullopt;
  const auto& taken = sighting.still ? sighting.still->waiting : std::nullopt;
  if (taken && taken->thread == thread) return taken;
  return ThreadPlace{.thread = thread, .at = Clock::now()};
}

// Whoever waited keeps his stack there.
void remember(Sighting& sighting, const StallReport::Launch& seen) {
  auto waited = sighting.still ? std::move(sighting.still->waiting) : std::nullopt;
  sighting.still = seen;
  if (!seen.waiting) sighting.still->waiting = std::move(waited);
}

}  // namespace

std::atomic<Lookout*> Lookout::on_duty_{nullptr};

Lookout* Lookout::if_own() noexcept { return mark_ == kernel::fork_mark() ? this : nullptr; }

Lookout& Lookout::own() {
  Lookout* known = current.load(std::memory_order_acquire);
  if (known && known->if_own()) return *known;
  std::unique_ptr<Lookout> fresh(new Lookout);
  if (current.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel)) {
    return *fresh.release();
  }
  return *known;
}

void Lookout::join(StallAccount& account) {
  const std::lock_guard guard(mutex_);
  account.first = last_number_ + 1;
  patience_ = accounts_.empty() ? account.threshold : std::min(patience_, account.threshold);
  accounts_.push_back(&account);
  on_duty_.store(this, std::memory_order_release);
}

void Lookout::leave(StallAccount& account) {
  const std::lock_guard guard(mutex_);
  std::erase(accounts_, &account);
  if (accounts_.empty()) return on_duty_.store(nullptr, std::memory_order_release);
  patience_ = (*std::ranges::min_element(accounts_, {}, &StallAccount::threshold))->threshold;
}

void Lookout::look(const StallAccount& account, StallReport& report) {
  const std::lock_guard guard(mutex_);
  for (Sighting* const sighting : sightings_) {
    if (sighting->number < account.first || !is_on_its_way(*sighting)) continue;
    StallReport::Launch seen = describe(*sighting);
    seen.waiting = who_waits(*sighting);
    if (seen.lasting >= account.threshold) remember(*sighting, seen);
    report.launches.push_back(std::move(seen));
  }
  std::ranges::sort(report.launches, std::ranges::greater(), &StallReport::Launch::lasting);
  report.long_launches.assign(account.long_launches.begin(), account.long_launches.end());
  report.launched = account.launched;
  report.failed = account.failed;
  report.hold = account.hold;
  report.launch = account.launch;
}

Sighting* Lookout::begin(const std::string& program, Engine engine) noexcept try {
  auto fresh = std::make_unique<Sighting>();
  fresh->lookout = this;
  fresh->program = program;
  fresh->engine = engine;
  fresh->thread = kernel::this_thread();
  fresh->waits.store(fresh->thread, std::memory_order_relaxed);
  const std::lock_guard guard(mutex_);
  fresh->number = ++last_number_;
  fresh->patience = patience_;
  fresh->place = sightings_.size();
  sightings_.push_back(fresh.get());
  fresh->begin = Clock::now();
  return fresh.release();
} catch (const std::bad_alloc&) {
  return nullptr;
}

void Lookout::hand_over(Sighting& sighting, const launch::InFlight& record) noexcept {
  sighting.hold.store((Clock::now() - sighting.begin).count(), std::memory_order_relaxed);
  sighting.waits.store(0, std::memory_order_relaxed);
  const std::lock_guard guard(sighting.lookout->mutex_);
  sighting.record = &record;
}

void Lookout::arrived(Sighting& sighting) noexcept {
  if (!sighting.lookout->if_own()) return;
  const std::lock_guard guard(sighting.lookout->mutex_);
  sighting.record = nullptr;
}

void Lookout::end(Sighting* sighting, bool failed) noexcept {
  const std::unique_ptr<Sighting> over(sighting);
  Lookout* const lookout = over->lookout->if_own();
  if (!lookout) return;
  const std::lock_guard guard(lookout->mutex_);
  lookout->remove(*over);
  try {
    lookout->count(*over, failed);
  } catch (const std::bad_alloc&) {  // then it is not among the long ones
  }
}

void Lookout::remove(const Sighting& sighting) {
  sightings_.back()->place = sighting.place;
  sightings_[sighting.place] = sightings_.back();
  sightings_.pop_back();
}

// One that was known late, because its owner looked late, has not stood still:
// somebody must have seen it, unless the call that began it took so long.
void Lookout::count(const Sighting& sighting, bool failed) {
  const nanoseconds lasted = Clock::now() - sighting.begin;
  const nanoseconds hold(sighting.hold.load(std::memory_order_relaxed));
  const nanoseconds held = hold < nanoseconds(0) ? lasted : hold;
  for (StallAccount* const account : accounts_) {
    if (sighting.number < account->first) continue;
    ++account->launched;
    account->failed += failed;
    account->hold.add(held);
    account->launch.add(lasted);
    if (lasted < account->threshold) continue;
    if (!sighting.still && held < account->threshold) continue;
    auto known = sighting.still ? *sighting.still : describe(sighting);
    known.lasting = lasted;
    known.beginning = false;
    if (account->long_launches.size() == most_long_launches) account->long_launches.pop_front();
    account->long_launches.push_back(std::move(known));
  }
}

void Lookout::stands_still(Sighting& sighting) noexcept try {
  ThreadPlace place{.thread = kernel::this_thread(), .stack = kernel::stack_here()};
  place.at = Clock::now();
  const std::lock_guard guard(sighting.lookout->mutex_);
  sighting.still = describe(sighting);
  sighting.still->waiting = std::move(place);
} catch (const std::bad_alloc&) {
}

bool await_seen(const launch::InFlight& record, kernel::Deadline deadline) noexcept {
  using kernel::Deadline;
  Sighting* const sighting = record.trace.sighting;
  if (!sighting || !sighting->lookout->if_own()) return launch::await(record, deadline);
  sighting->waits.store(kernel::this_thread(), std::memory_order_relaxed);
  const auto patience = Deadline::after(sighting->begin + sighting->patience - Clock::now());
  bool known = launch::await(record, deadline.sooner(patience));
  if (!known && !deadline.passed()) {
    Lookout::stands_still(*sighting);
    known = launch::await(record, deadline);
  }
  sighting->waits.store(0, std::memory_order_relaxed);
  return known;
}

}  // namespace forklift
