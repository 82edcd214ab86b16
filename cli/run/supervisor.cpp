// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// One loop for all that `forklift run` does while its program runs: signals,
// the time limit, the terminal, orphans. One poll(2) waits for all of them, so
// no step may block. The child is reaped last: until then its process group id
// cannot be reused, so signals to the group are safe.

#include "run/supervisor.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "output.hpp"

namespace run {
namespace {

// The pid of a child that has ended and is not reaped; 0 if none has, -1 if there is
// none.
pid_t peek(idtype_t kind, pid_t id) {
  siginfo_t end{};
  const int found = ::waitid(kind, static_cast<id_t>(id), &end, WEXITED | WNOHANG | WNOWAIT);
  return found == 0 ? end.si_pid : -1;
}

// The time until then in milliseconds, rounded up: never wakes too early.
int remaining(std::optional<Supervisor::Clock::time_point> then) {
  if (!then) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*then - Supervisor::Clock::now());
  constexpr std::chrono::milliseconds most = std::chrono::hours(24);
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), most).count());
}

}  // namespace

Supervisor::Supervisor(const RunRequest& request, const Signals& signals, forklift::Child& child,
                       std::optional<Clock::time_point> end)
    : request_(request), signals_(signals), child_(child), next_(end) {
  if (child.terminal()) relay_ = std::make_unique<Relay>(child.terminal().get());
  const pid_t foreground = ::tcgetpgrp(0);
  gave_terminal_ = !child.terminal() && foreground == child.pid() && foreground != ::getpgrp();
}

Supervisor::~Supervisor() {
  if (gave_terminal_) give_terminal(::getpgrp());
}

forklift::ExitStatus Supervisor::wait() {
  reap_orphans();
  while (!ended()) {
    wait_for_something();
    while (const auto signal = signals_.next()) handle(*signal);
    look_at_time();
  }
  // Before it is reaped, the child reserves the number of its group.
  if (timed_out_) child_.kill_tree(SIGKILL);
  if (relay_) relay_->finish();
  return child_.wait();
}

bool Supervisor::ended() const { return peek(P_PID, child_.pid()) != 0; }

void Supervisor::wait_for_something() {
  std::vector<pollfd> waiting = {{signals_.descriptor(), POLLIN, 0}, {child_.pidfd(), POLLIN, 0}};
  const std::size_t own = waiting.size();
  if (relay_) relay_->add_to(waiting);
  if (::poll(waiting.data(), waiting.size(), remaining(next_)) > 0 && relay_) {
    relay_->move(waiting.data() + own);
  }
}

void Supervisor::look_at_time() {
  if (!next_ || Clock::now() < *next_ || ended()) return;
  const int signal = timed_out_ ? SIGKILL : request_.time_limits.signal;
  child_.kill_tree(signal);
  if (signal == SIGKILL) {
    next_.reset();
    return;
  }
  child_.kill_tree(SIGCONT);  // a stopped process does not react
  next_ =
      Clock::now() + std::min(request_.time_limits.grace, Duration(std::chrono::hours(24 * 365)));
  timed_out_ = true;
  if (!request_.reporting.quiet) {
    const char* const name = ::sigabbrev_np(signal);
    output::say_at_once(fmt::format("forklift: '{}' takes too long: SIG{} sent\n",
                                    request_.argv.front(), name ? name : std::to_string(signal)));
  }
}

void Supervisor::handle(const signalfd_siginfo& signal) {
  const int number = static_cast<int>(signal.ssi_signo);
  // The kernel's own come from the terminal, to the whole foreground group.
  const bool has_it = signal.ssi_code == SI_KERNEL && shares_group();
  switch (number) {
    case SIGPIPE:
    case SIGXFSZ: return;
    case SIGWINCH: return relay_ ? relay_->resize() : void();
    case SIGCONT: return resume();
    case SIGCHLD:
      if (has_stopped() && gave_terminal_) stop();
      return reap_orphans();
    case SIGTSTP:
      if (!has_it) child_.kill_tree(SIGTSTP);
      return stop();
    default:
      if (!has_it) child_.kill_tree(number);
  }
}

// Not from the signal's data: one signal may stand for several.
bool Supervisor::has_stopped() const {
  siginfo_t stopped{};
  const auto id = static_cast<id_t>(child_.pid());
  return ::waitid(P_PID, id, &stopped, WSTOPPED | WNOHANG) == 0 && stopped.si_pid != 0;
}

// They are our children because we are process 1, a subreaper, or replaced a
// process that had children. Our child is skipped: `wait` needs its status.
void Supervisor::reap_orphans() const {
  for (pid_t pid = peek(P_ALL, 0); pid > 0 && pid != child_.pid(); pid = peek(P_ALL, 0)) {
    ::waitid(P_PID, static_cast<id_t>(pid), nullptr, WEXITED | WNOHANG);
  }
}

// Deadlines that pass meanwhile are handled later. Process 1 cannot stop.
void Supervisor::stop() {
  if (::getpid() == 1) return;
  if (relay_) relay_->pause();
  if (gave_terminal_) give_terminal(::getpgrp());
  stop_here();
}

void Supervisor::resume() {
  if (relay_) {
    relay_->resume();
    relay_->resize();
  }
  if (gave_terminal_ && ::tcgetpgrp(0) == ::getpgrp()) give_terminal(child_.pid());
  child_.kill_tree(SIGCONT);
}

bool Supervisor::shares_group() const { return ::getpgid(child_.pid()) == ::getpgrp(); }

// A background process gets SIGTTOU for this, unless it is blocked.
void Supervisor::give_terminal(pid_t group) const {
  sigset_t refusal, before;
  ::sigemptyset(&refusal);
  ::sigaddset(&refusal, SIGTTOU);
  ::sigprocmask(SIG_BLOCK, &refusal, &before);
  ::tcsetpgrp(0, group);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace run
