// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "diagnosis/signal_notifier.hpp"

#include <errno.h>

#include <string>
#include <system_error>

#include "kernel/wait.hpp"

namespace forklift {
namespace {

// One word for all waiters: notifications are rare, spurious wake-ups harmless.
std::uint32_t total = 0;
std::uint32_t counts[kernel::last_signal + 1] = {};

std::uint32_t look(const std::uint32_t& word) noexcept {
  return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}

void handle(int signal) {
  __atomic_add_fetch(&counts[signal], 1, __ATOMIC_RELEASE);
  notify_all();
}

[[noreturn]] void refuse(int error, int signal, const char* why) {
  throw std::system_error(error, std::generic_category(),
                          "signal " + std::to_string(signal) + " cannot be listened to: " + why);
}

}  // namespace

SignalNotifier::SignalNotifier(int signal) : signal_(signal) {
  if (signal < 1 || signal > kernel::last_signal || ::sigaction(signal, nullptr, &before_) < 0) {
    refuse(EINVAL, signal, "there is no such signal");
  }
  const bool is_free = !(before_.sa_flags & SA_SIGINFO) &&
                       (before_.sa_handler == SIG_DFL || before_.sa_handler == SIG_IGN);
  if (!is_free) refuse(EBUSY, signal, "a handler is installed");
  seen_ = look(counts[signal]);
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  if (::sigaction(signal, &action, nullptr) < 0) refuse(EINVAL, signal, "it cannot be handled");
}

SignalNotifier::~SignalNotifier() {
  struct sigaction now {};
  ::sigaction(signal_, nullptr, &now);
  if (!(now.sa_flags & SA_SIGINFO) && now.sa_handler == handle) {
    ::sigaction(signal_, &before_, nullptr);
  }
}

bool SignalNotifier::was_notified() noexcept {
  const std::uint32_t now = look(counts[signal_]);
  const bool notified = now != seen_;
  seen_ = now;
  return notified;
}

std::uint32_t notifications() noexcept { return look(total); }

void notify_all() noexcept {
  __atomic_add_fetch(&total, 1, __ATOMIC_RELEASE);
  kernel::wake_all(total);
}

void await_notification(std::uint32_t seen, kernel::Deadline deadline) noexcept {
  kernel::wait_until_changed(total, seen, deadline);
}

}  // namespace forklift
