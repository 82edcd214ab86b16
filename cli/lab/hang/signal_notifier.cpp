// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/signal_notifier.hpp"

#include <errno.h>
#include <semaphore.h>

#include <atomic>

namespace lab::hang {
namespace {

// The state of the handler. It may even run in a vforked child, on our memory,
// if a terminal interrupts the process group: notifying twice is harmless.
sem_t rung;
std::atomic<bool> stacks_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void ring() { ::sem_post(&rung); }

timespec as_timespec(std::chrono::steady_clock::time_point moment) {
  const auto whole = std::chrono::time_point_cast<std::chrono::seconds>(moment);
  return {.tv_sec = whole.time_since_epoch().count(), .tv_nsec = (moment - whole).count()};
}

}  // namespace

// The semaphore is there before the first handler.
SignalNotifier::SignalNotifier(forklift::StallMeter& meter)
    : interrupt_((::sem_init(&rung, 0, 0), ring)) {
  stacks_asked = false;
  meter.dump_on(SIGUSR1, [](const forklift::StallReport&) {
    stacks_asked = true;
    ring();
  });
}

void SignalNotifier::wait_until(std::chrono::steady_clock::time_point moment) {
  const timespec until = as_timespec(moment);
  while (::sem_clockwait(&rung, CLOCK_MONOTONIC, &until) < 0 && errno == EINTR) {
  }
}

bool SignalNotifier::interrupted() const { return interrupt_.asked(); }

bool SignalNotifier::dump_asked() { return stacks_asked.exchange(false); }

}  // namespace lab::hang
