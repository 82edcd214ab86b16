// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The engine does not know its observers: the tracer and the stall meter
// install a factory at their first use. Two atomic words rather than a list
// under a lock, so that a fork of the program at any moment leaves nothing
// locked.

#include "launch/observer.hpp"

#include "kernel/enumerators.hpp"
#include "launch/parent_side.hpp"

namespace forklift::launch {
namespace {

static_assert(watcher_count == kernel::enumerator_count<Watcher>());

std::array<std::atomic<ObserverFactory>, watcher_count> factories{};

}  // namespace

std::atomic<bool> LaunchObservers::installed_{false};

void install(Watcher watcher, ObserverFactory factory) noexcept {
  factories[static_cast<std::size_t>(watcher)].store(factory, std::memory_order_release);
  LaunchObservers::installed_.store(true, std::memory_order_release);
}

void LaunchObservers::begin(const std::string& program, const CompiledPlan* plan) noexcept {
  for (std::size_t i = 0; i < watcher_count; ++i) {
    const ObserverFactory factory = factories[i].load(std::memory_order_acquire);
    if (factory) observers_[i] = factory(program, plan);
  }
}

void LaunchObservers::handed_over(const InFlight& record) noexcept {
  for (const auto& observer : observers_) {
    if (observer) observer->handed_over(record);
  }
}

void LaunchObservers::arrived() noexcept {
  for (const auto& observer : observers_) {
    if (observer) observer->arrived();
  }
}

void LaunchObservers::ended(const LaunchError* error) noexcept {
  for (auto& observer : observers_) {
    if (observer) observer->ended(error);
    observer.reset();
  }
}

bool LaunchObservers::await(const InFlight& record, kernel::Deadline deadline) const noexcept {
  return empty() ? launch::await(record, deadline) : await_patiently(record, deadline);
}

bool LaunchObservers::await_patiently(const InFlight& record,
                                      kernel::Deadline deadline) const noexcept {
  auto patience = kernel::Deadline::never();
  for (const auto& observer : observers_) {
    if (observer) patience = patience.sooner(observer->waits());
  }
  bool known = launch::await(record, deadline.sooner(patience));
  if (!known && !deadline.passed()) {
    for (const auto& observer : observers_) {
      if (observer) observer->stalled();
    }
    known = launch::await(record, deadline);
  }
  for (const auto& observer : observers_) {
    if (observer) observer->stops_waiting();
  }
  return known;
}

}  // namespace forklift::launch
