// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "run/signals.hpp"

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <system_error>

namespace run {
namespace {

// Those in the first list stay ignored if the caller ignores them (nohup).
constexpr std::initializer_list<int> passed_on = {SIGTERM, SIGINT,  SIGHUP, SIGQUIT,
                                                  SIGUSR1, SIGUSR2, SIGTSTP};
constexpr std::initializer_list<int> own = {SIGCHLD, SIGCONT, SIGWINCH, SIGPIPE, SIGXFSZ};

bool is_ignored(int signal) {
  struct sigaction disposition {};
  return ::sigaction(signal, nullptr, &disposition) == 0 && disposition.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals() {
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, nullptr, &before);
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    // libc returns "not a member" for its two internal signals.
    if (::sigismember(&before, signal) == 1) blocked_.push_back(signal);
    if (is_ignored(signal)) ignored_.push_back(signal);
  }
  // If ignored, the kernel would discard the child's status.
  ::signal(SIGCHLD, SIG_DFL);
  sigset_t taken;
  ::sigemptyset(&taken);
  for (const int signal : passed_on) {
    if (std::ranges::find(ignored_, signal) == ignored_.end()) ::sigaddset(&taken, signal);
  }
  for (const int signal : own) ::sigaddset(&taken, signal);
  ::sigprocmask(SIG_BLOCK, &taken, nullptr);
  descriptor_ = forklift::Fd(::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor_) throw std::system_error(errno, std::generic_category(), "signalfd");
}

std::optional<signalfd_siginfo> Signals::next() const {
  signalfd_siginfo signal{};
  const ssize_t got = ::read(descriptor_.get(), &signal, sizeof signal);
  if (got != static_cast<ssize_t>(sizeof signal)) return std::nullopt;
  return signal;
}

bool asks_for_end(int signal) {
  return signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT;
}

void stop_here() { ::kill(::getpid(), SIGSTOP); }

}  // namespace run
