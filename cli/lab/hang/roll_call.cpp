// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/hang/roll_call.hpp"

#include <errno.h>
#include <execinfo.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>

#include "lab/hang/kernel_view.hpp"

namespace lab::hang {
namespace {

// Not the first: Go's runtime and others like to take that.
int question() { return SIGRTMIN + 3; }

constexpr std::chrono::milliseconds patience{200};

thread_local RollCall::Seat* my_seat = nullptr;

void* interrupted_at(const void* context) {
  const mcontext_t& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return reinterpret_cast<void*>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return reinterpret_cast<void*>(machine.pc);
#endif
}

timespec as_timespec(Clock::time_point moment) {
  const auto whole = std::chrono::time_point_cast<std::chrono::seconds>(moment);
  return {.tv_sec = whole.time_since_epoch().count(), .tv_nsec = (moment - whole).count()};
}

// False once the time is over.
bool wait(sem_t& answers, Clock::time_point until) {
  const timespec moment = as_timespec(until);
  while (::sem_clockwait(&answers, CLOCK_MONOTONIC, &moment) < 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

}  // namespace

RollCall::RollCall() {
  ::sem_init(&answers_, 0, 0);
  // The first call loads the unwinder, which a handler must not do.
  void* frame = nullptr;
  ::backtrace(&frame, 1);
  struct sigaction action {};
  action.sa_sigaction = answer;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  ::sigaction(question(), &action, nullptr);
}

// A question may still be on its way to somebody: it finds no seat, but must
// not kill.
RollCall::~RollCall() {
  ::signal(question(), SIG_IGN);
  ::sem_destroy(&answers_);
}

void RollCall::answer(int, siginfo_t*, void* context) {
  const int error = errno;
  if (my_seat) my_seat->answer(interrupted_at(context));
  errno = error;
}

std::vector<Presence> RollCall::call() {
  const std::lock_guard lock(mutex_);  // nobody leaves meanwhile
  std::size_t missing = 0;
  for (Seat* const seat : seats_) missing += seat->ask();
  const auto until = Clock::now() + patience;
  const auto answered = [](const Seat* seat) { return seat->state_ == Seat::State::answered; };
  while (static_cast<std::size_t>(std::ranges::count_if(seats_, answered)) < missing) {
    if (!wait(answers_, until)) break;
  }
  std::vector<Presence> all;
  for (Seat* const seat : seats_) all.push_back(seat->read());
  std::ranges::sort(all, {}, &Presence::number);
  return all;
}

RollCall::Seat::Seat(RollCall& roll, std::size_t number, const Contender& contender)
    : roll_(roll), number_(number), thread_(::gettid()), contender_(contender) {
  my_seat = this;
  const std::lock_guard lock(roll_.mutex_);
  roll_.seats_.push_back(this);
}

RollCall::Seat::~Seat() {
  const std::lock_guard lock(roll_.mutex_);
  std::erase(roll_.seats_, this);
  my_seat = nullptr;
}

// Somebody who still writes an earlier answer is not asked again.
bool RollCall::Seat::ask() {
  if (state_ == State::answering) return false;
  state_ = State::asked;
  ::tgkill(::getpid(), thread_, question());
  return true;
}

// The signal handler: no lock, no allocation. A question that comes late, when
// nobody waits for the answer any more, finds the state `idle`.
void RollCall::Seat::answer(void* interrupted) {
  State expected = State::asked;
  if (!state_.compare_exchange_strong(expected, State::answering)) return;
  stage_ = contender_.stage();
  since_ = contender_.since();
  now_ = Clock::now();
  depth_ = ::backtrace(frames_, deepest);
  // What lies above the interrupted place is this handler's own.
  void** const place = std::find(frames_, frames_ + depth_, interrupted);
  if (place != frames_ + depth_)
    depth_ = static_cast<int>(std::copy(place, frames_ + depth_, frames_) - frames_);
  state_ = State::answered;
  ::sem_post(&roll_.answers_);
}

Presence RollCall::Seat::read() {
  State expected = State::asked;
  state_.compare_exchange_strong(expected, State::idle);
  if (expected == State::answered) {
    state_ = State::idle;
    return {number_, thread_, stage_, now_ - since_, std::vector<void*>(frames_, frames_ + depth_)};
  }
  const auto since = contender_.since();
  return {number_, thread_, contender_.stage(), Clock::now() - since, {}, kernel_view(thread_)};
}

}  // namespace lab::hang
