// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/compiled_plan.hpp"

#include <cstring>

#include "plan/planner.hpp"

namespace forklift::launch {
namespace {

// A program that changes its environment before each launch of one command
// must not pile up plans: past this many, a plan serves one launch only.
constexpr int most_plans = 4;

bool same_text(const std::optional<std::string>& known, const char* now) noexcept {
  return known ? now && *known == now : !now;
}

void drop(const Prepared* prepared) noexcept {
  auto& references = const_cast<std::atomic<int>&>(prepared->references);
  if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete prepared;
}

}  // namespace

std::string name_of(const Source& source) {
  switch (source.kind) {
    case Source::Kind::borrowed: return "descriptor " + std::to_string(source.descriptor);
    case Source::Kind::terminal: return "terminal";
    case Source::Kind::report: return "report pipe";
    case Source::Kind::second_stage: return "second stage";
    case Source::Kind::cgroup: return "cgroup";
    default: return "pipe of " + std::to_string(source.target);
  }
}

bool Prepared::fits(const Situation& now) const noexcept {
  return engine == now.engine && handlers_cleared == now.handlers_cleared &&
         ignored == now.ignored && same_text(path, now.path) && parent == now.parent &&
         callers_mask == now.mask && standard == now.standard && callers == now.callers &&
         (!environment || environment->made_from(now.environment));
}

PreparedRef PreparedRef::share(const Prepared& prepared) noexcept {
  const_cast<std::atomic<int>&>(prepared.references).fetch_add(1, std::memory_order_relaxed);
  return PreparedRef(&prepared);
}

PreparedRef::~PreparedRef() {
  if (prepared_) drop(prepared_);
}

std::expected<PreparedRef, Failure> Plans::get(const Order& order) const {
  const auto now = look_around(order);
  if (!now) return std::unexpected(now.error());
  Prepared* const first = first_.load(std::memory_order_acquire);
  int count = 0;
  for (Prepared* known = first; known; known = known->next, ++count) {
    if (known->fits(*now)) return PreparedRef::share(*known);
  }
  auto made = prepare(order, *now);
  if (!made) return std::unexpected(std::move(made.error()));
  if (count >= most_plans) return PreparedRef(made->release());
  (*made)->next = first;
  Prepared* expected = first;
  if (first_.compare_exchange_strong(expected, made->get(), std::memory_order_acq_rel)) {
    return PreparedRef::share(*made->release());
  }
  return PreparedRef(made->release());  // another thread was faster; use this one once
}

void Plans::clear() noexcept {
  for (Prepared* known = first_.exchange(nullptr, std::memory_order_acq_rel); known;) {
    drop(std::exchange(known, known->next));
  }
}

}  // namespace forklift::launch
