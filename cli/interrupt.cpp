// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "interrupt.hpp"

#include <atomic>
#include <cstddef>

namespace {

constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};

std::atomic<bool> end_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void note(int) { end_asked = true; }

}  // namespace

// Without SA_RESTART: waits for events return at once.
Interrupt::Interrupt() {
  end_asked = false;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (std::size_t i = 0; i < std::size(signals); ++i) {
    ::sigaction(signals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);
  }
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < std::size(signals); ++i) {
    ::sigaction(signals[i], &before_[i], nullptr);
  }
}

bool Interrupt::asked() const noexcept { return end_asked; }
