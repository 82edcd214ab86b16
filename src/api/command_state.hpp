// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <expected>
#include <forklift/command.hpp>
#include <memory>

#include "launch/in_flight.hpp"
#include "plan/plan_cache.hpp"
#include "plan/launch_spec.hpp"

namespace forklift {

/// The settings of a command and its plans, and variants of the command, made
/// at first use: with its output in pipes, also with its input, and with a
/// launch that an event loop can wait for.
struct Command::State {
  using Slot = std::atomic<State*>;

  launch::LaunchSpec spec;
  launch::PlanCache plans;
  Slot captured{nullptr}, fed{nullptr}, pollable{nullptr};
  std::atomic<bool> shared{false};  // by copies: no longer modified

  State() = default;
  explicit State(const launch::LaunchSpec& copied) : spec(copied) {}
  ~State() { forget(); }

  void forget() noexcept {
    plans.clear();
    for (Slot* const slot : {&captured, &fed, &pollable}) delete slot->exchange(nullptr);
  }

  State& capturing(bool feeds) {
    return form(feeds ? fed : captured, [feeds](launch::LaunchSpec& changed) {
      changed.streams.try_emplace(0, feeds ? Stdio::pipe() : Stdio::null());
      if (changed.pty) return;  // the outputs that are not set go there, and it is read
      changed.streams.try_emplace(1, Stdio::pipe());
      changed.streams.try_emplace(2, Stdio::pipe());
    });
  }

  State& noticed(Notice notice) {
    if (notice == Notice::none) return *this;
    return form(pollable, [](launch::LaunchSpec& changed) { changed.pollable = true; });
  }

  template <class Change>
  State& form(Slot& slot, Change change) {
    if (State* const known = slot.load(std::memory_order_acquire)) return *known;
    auto made = std::make_unique<State>(spec);
    change(made->spec);
    State* known = nullptr;
    if (slot.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) {
      return *made.release();
    }
    return *known;
  }

  std::expected<launch::InFlightPtr, LaunchError> start() const;
};

}  // namespace forklift
