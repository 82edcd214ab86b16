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
std::atomic<bool> end_asked{false};
std::atomic<bool> stacks_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void ring(std::atomic<bool>& what) {
  what = true;
  ::sem_post(&rung);
}

void ring_for_end(int) {
  const int error = errno;
  ring(end_asked);
  errno = error;
}

timespec as_timespec(std::chrono::steady_clock::time_point moment) {
  const auto whole = std::chrono::time_point_cast<std::chrono::seconds>(moment);
  return {.tv_sec = whole.time_since_epoch().count(), .tv_nsec = (moment - whole).count()};
}

}  // namespace

SignalNotifier::SignalNotifier(forklift::StallMeter& meter) {
  ::sem_init(&rung, 0, 0);
  end_asked = stacks_asked = false;
  struct sigaction action {};
  action.sa_handler = ring_for_end;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, nullptr, &before_int_);
  if (before_int_.sa_handler != SIG_IGN) ::sigaction(SIGINT, &action, nullptr);
  meter.dump_on(SIGUSR1, [](const forklift::StallReport&) { ring(stacks_asked); });
}

SignalNotifier::~SignalNotifier() { ::sigaction(SIGINT, &before_int_, nullptr); }

void SignalNotifier::wait_until(std::chrono::steady_clock::time_point moment) {
  const timespec until = as_timespec(moment);
  while (::sem_clockwait(&rung, CLOCK_MONOTONIC, &until) < 0 && errno == EINTR) {
  }
}

bool SignalNotifier::interrupted() const { return end_asked; }

bool SignalNotifier::dump_asked() { return stacks_asked.exchange(false); }

}  // namespace lab::hang
