// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/bell.hpp"

#include <errno.h>
#include <semaphore.h>

#include <atomic>

namespace lab::hang {
namespace {

// What the handlers touch. They may even run in a vforked child, on our memory,
// when a terminal interrupts the whole process group: to ring twice is harmless.
sem_t rung;
std::atomic<bool> end_asked{false};
std::atomic<bool> stacks_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void ring(int signal) {
  const int error = errno;
  (signal == SIGINT ? end_asked : stacks_asked) = true;
  ::sem_post(&rung);
  errno = error;
}

timespec as_timespec(std::chrono::steady_clock::time_point moment) {
  const auto whole = std::chrono::time_point_cast<std::chrono::seconds>(moment);
  return {.tv_sec = whole.time_since_epoch().count(), .tv_nsec = (moment - whole).count()};
}

}  // namespace

Bell::Bell() {
  ::sem_init(&rung, 0, 0);
  end_asked = stacks_asked = false;
  struct sigaction action {};
  action.sa_handler = ring;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGUSR1, &action, &before_usr1_);
  action.sa_flags |= static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, nullptr, &before_int_);
  if (before_int_.sa_handler != SIG_IGN) ::sigaction(SIGINT, &action, nullptr);
}

Bell::~Bell() {
  ::sigaction(SIGINT, &before_int_, nullptr);
  ::sigaction(SIGUSR1, &before_usr1_, nullptr);
}

void Bell::wait_until(std::chrono::steady_clock::time_point moment) {
  const timespec until = as_timespec(moment);
  while (::sem_clockwait(&rung, CLOCK_MONOTONIC, &until) < 0 && errno == EINTR) {
  }
}

bool Bell::interrupted() const { return end_asked; }

bool Bell::dump_asked() { return stacks_asked.exchange(false); }

}  // namespace lab::hang
