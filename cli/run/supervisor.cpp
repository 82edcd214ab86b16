// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
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

// The pid of a child that has ended, which is not reaped; 0 if none has, -1 if there
// is none.
pid_t peek(idtype_t kind, pid_t id) {
  siginfo_t end{};
  const int found = ::waitid(kind, static_cast<id_t>(id), &end, WEXITED | WNOHANG | WNOWAIT);
  return found == 0 ? end.si_pid : -1;
}

// Until then in milliseconds, rounded up: waking too early would be in vain.
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
  // Not waited for yet, the child keeps the number of its group from anybody else.
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
  const int signal = timed_out_ ? SIGKILL : request_.bounds.signal;
  child_.kill_tree(signal);
  if (signal == SIGKILL) {
    next_.reset();
    return;
  }
  child_.kill_tree(SIGCONT);  // who is stopped does not hear
  next_ = Clock::now() + std::min(request_.bounds.grace, Duration(std::chrono::hours(24 * 365)));
  timed_out_ = true;
  if (!request_.reporting.quiet) {
    const char* const name = ::sigabbrev_np(signal);
    output::say_at_once(fmt::format("forklift: '{}' takes too long: SIG{} sent\n",
                                    request_.argv.front(), name ? name : std::to_string(signal)));
  }
}

void Supervisor::handle(const signalfd_siginfo& signal) {
  const int number = static_cast<int>(signal.ssi_signo);
  // The kernel's own come from the terminal, to the whole group in front.
  const bool has_it = signal.ssi_code == SI_KERNEL && shares_group();
  switch (number) {
    case SIGPIPE:
    case SIGXFSZ: return;
    case SIGWINCH: return relay_ ? relay_->resize() : void();
    case SIGCONT: return go_on();
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

// Not by what the signal says: one stands for all that came while it was pending.
bool Supervisor::has_stopped() const {
  siginfo_t stopped{};
  const auto id = static_cast<id_t>(child_.pid());
  return ::waitid(P_PID, id, &stopped, WSTOPPED | WNOHANG) == 0 && stopped.si_pid != 0;
}

// They are ours as process 1, as a subreaper, or because somebody executed us who
// had children. Our child is left as it is: its status is for `wait`.
void Supervisor::reap_orphans() const {
  for (pid_t pid = peek(P_ALL, 0); pid > 0 && pid != child_.pid(); pid = peek(P_ALL, 0)) {
    ::waitid(P_PID, static_cast<id_t>(pid), nullptr, WEXITED | WNOHANG);
  }
}

// What is due meanwhile is done when we go on. Process 1 is not stopped by its own.
void Supervisor::stop() {
  if (::getpid() == 1) return;
  if (relay_) relay_->pause();
  if (gave_terminal_) give_terminal(::getpgrp());
  stop_here();
}

void Supervisor::go_on() {
  if (relay_) {
    relay_->resume();
    relay_->resize();
  }
  if (gave_terminal_ && ::tcgetpgrp(0) == ::getpgrp()) give_terminal(child_.pid());
  child_.kill_tree(SIGCONT);
}

bool Supervisor::shares_group() const { return ::getpgid(child_.pid()) == ::getpgrp(); }

// From the background this is answered by SIGTTOU, unless it is blocked.
void Supervisor::give_terminal(pid_t group) const {
  sigset_t refusal, before;
  ::sigemptyset(&refusal);
  ::sigaddset(&refusal, SIGTTOU);
  ::sigprocmask(SIG_BLOCK, &refusal, &before);
  ::tcsetpgrp(0, group);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace run
