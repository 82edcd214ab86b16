// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "interrupt.hpp"

#include <errno.h>

#include <atomic>
#include <cstddef>

namespace {

constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};

std::atomic<bool> end_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void (*wake_up)() = nullptr;

void note(int) {
  const int error = errno;
  end_asked = true;
  if (wake_up) wake_up();
  errno = error;
}

}  // namespace

Interrupt::Interrupt() : signals_(signals) {
  wake_up = nullptr;
  handle_all(0);  // without SA_RESTART: waits for events return at once
}

Interrupt::Interrupt(void (*wake)()) : signals_(std::span(signals).first(1)) {
  wake_up = wake;
  handle_all(SA_RESTART);
}

void Interrupt::handle_all(int flags) {
  end_asked = false;
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = flags | static_cast<int>(SA_RESETHAND);
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    ::sigaction(signals_[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals_[i], &action, nullptr);
  }
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    ::sigaction(signals_[i], &before_[i], nullptr);
  }
}

bool Interrupt::asked() const noexcept { return end_asked; }
