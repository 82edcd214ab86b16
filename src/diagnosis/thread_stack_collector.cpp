// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Slots are never freed: a late answer finds its slot reused or idle, and
// leaves it alone.

#include "diagnosis/thread_stack_collector.hpp"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <system_error>

#include "kernel/deadline.hpp"
#include "diagnosis/proc_thread_state.hpp"
#include "kernel/raw.hpp"
#include "kernel/wait.hpp"

namespace forklift::kernel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds patience{200};
constexpr int deepest = 64;

enum class State : char { idle, taken, asked, answering, answered, left };

struct Slot {
  std::atomic<State> state{State::taken};
  std::atomic<pid_t> thread{0};
  // The answer: written in state `answering`, read in state `answered`.
  void* frames[deepest]{};
  int depth = 0;
  Clock::time_point at{};
  Slot* next = nullptr;
};

std::atomic<Slot*> first_slot{nullptr};
std::uint32_t answers = 0;  // counts them; a futex

bool become(Slot& slot, State from, State to) noexcept {
  return slot.state.compare_exchange_strong(from, to);
}

Slot& take_seat() {
  for (Slot* slot = first_slot.load(); slot; slot = slot->next) {
    if (become(*slot, State::idle, State::taken)) return *slot;
  }
  auto* const fresh = new Slot;
  fresh->next = first_slot.load();
  while (!first_slot.compare_exchange_weak(fresh->next, fresh)) {
  }
  return *fresh;
}

void* interrupted_at(const void* context) noexcept {
  const mcontext_t& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return reinterpret_cast<void*>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return reinterpret_cast<void*>(machine.pc);
#endif
}

void answer_in(Slot& slot, void* interrupted) noexcept {
  if (!become(slot, State::asked, State::answering)) return;
  slot.at = Clock::now();
  slot.depth = ::backtrace(slot.frames, deepest);
  // Frames above the interrupted place belong to this handler.
  void** const end = slot.frames + slot.depth;
  void** const place = std::find(slot.frames, end, interrupted);
  if (place != end) slot.depth = static_cast<int>(std::copy(place, end, slot.frames) - slot.frames);
  if (!become(slot, State::answering, State::answered)) slot.state = State::idle;
  __atomic_add_fetch(&answers, 1, __ATOMIC_RELEASE);
  wake_all(answers);
}

// The signal handler: no lock, no allocation.
void answer(int, siginfo_t*, void* context) {
  const int error = errno;
  const auto me = static_cast<pid_t>(raw::call(SYS_gettid));
  for (Slot* slot = first_slot.load(); slot; slot = slot->next) {
    if (slot->thread == me) answer_in(*slot, interrupted_at(context));
  }
  errno = error;
}

[[noreturn]] void refuse(int error, int signal, const char* why) {
  throw std::system_error(error, std::generic_category(),
                          "signal " + std::to_string(signal) + " cannot ask for stacks: " + why);
}

void install(int signal) {
  if (signal < SIGRTMIN || signal > SIGRTMAX) refuse(EINVAL, signal, "it is no real-time signal");
  struct sigaction known {};
  ::sigaction(signal, nullptr, &known);
  if ((known.sa_flags & SA_SIGINFO) && known.sa_sigaction == answer) return;
  if ((known.sa_flags & SA_SIGINFO) ||
      (known.sa_handler != SIG_DFL && known.sa_handler != SIG_IGN)) {
    refuse(EBUSY, signal, "another handler is installed");
  }
  // The first call loads the unwinder, which a handler must not do.
  void* frame = nullptr;
  ::backtrace(&frame, 1);
  struct sigaction action {};
  action.sa_sigaction = answer;
  action.sa_flags = SA_RESTART | SA_SIGINFO | SA_ONSTACK;
  ::sigaction(signal, &action, nullptr);
}

// Threads that do not exist are not waited for.
void ask(Slot& slot, pid_t thread, int signal) noexcept {
  slot.thread = thread;
  slot.state = State::asked;
  if (::tgkill(::getpid(), thread, signal) < 0) slot.state = State::taken;
}

// A thread that is writing its answer may finish: the slot is then its own.
ThreadSnapshot read(Slot& slot, pid_t thread) {
  ThreadSnapshot presence{.thread = thread, .at = Clock::now()};
  if (become(slot, State::asked, State::taken) || !become(slot, State::answering, State::left)) {
    if (slot.state == State::answered) {
      presence.stack.assign(slot.frames, slot.frames + slot.depth);
      presence.at = slot.at;
    }
    slot.state = State::idle;
  }
  if (presence.stack.empty()) presence.view = proc_thread_state(thread);
  return presence;
}

void await_answers(std::span<Slot* const> slots) {
  const auto asked = [](const Slot* slot) {
    return slot->state == State::asked || slot->state == State::answering;
  };
  const Deadline deadline = Deadline::after(patience);
  for (;;) {
    const std::uint32_t seen = __atomic_load_n(&answers, __ATOMIC_ACQUIRE);
    if (std::ranges::none_of(slots, asked)) return;
    if (!wait_until_changed(answers, seen, deadline)) return;
  }
}

}  // namespace

ThreadStackCollector::ThreadStackCollector(int signal) : signal_(signal) {
  if (signal != 0) install(signal);
}

std::vector<ThreadSnapshot> ThreadStackCollector::call(std::span<const pid_t> threads) const {
  std::vector<ThreadSnapshot> all;
  if (signal_ == 0) {
    for (const pid_t thread : threads) {
      all.push_back({.thread = thread, .view = proc_thread_state(thread), .at = Clock::now()});
    }
    return all;
  }
  std::vector<Slot*> slots;
  for (const pid_t thread : threads) {
    slots.push_back(&take_seat());
    ask(*slots.back(), thread, signal_);
  }
  await_answers(slots);
  for (std::size_t i = 0; i < threads.size(); ++i) all.push_back(read(*slots[i], threads[i]));
  return all;
}

}  // namespace forklift::kernel
