// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Waits for a process and signals it, by its pidfd if there is one, else by its
// pid. A pid may be reused once the child was reaped, so a check that reaps
// nothing (WNOWAIT) precedes a signal by pid.

#include "kernel/process.hpp"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdint>

#include "kernel/numbers.hpp"
#include "kernel/probe.hpp"
#include "kernel/raw.hpp"
#include "kernel/wait.hpp"

namespace forklift::kernel {
namespace {

// struct pidfd_info of <linux/pidfd.h>, the 64 bytes of its first version.
struct PidfdInfo {
  std::uint64_t mask, cgroup;
  std::uint32_t ids[11];
  std::int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t pidfd_info_exit = 1U << 3;

// wait(2)'s encoding of waitid(2)'s separate fields.
int as_wait_status(const siginfo_t& end) noexcept {
  constexpr int core_flag = 0x80;
  switch (end.si_code) {
    case CLD_EXITED: return (end.si_status & 0xff) << 8;
    case CLD_DUMPED: return (end.si_status & 0x7f) | core_flag;
    default: return end.si_status & 0x7f;
  }
}

long wait_id(int kind, int id, siginfo_t& end, int options, rusage* usage) noexcept {
  for (;;) {
    end.si_pid = 0;
    const long result = raw::call(SYS_waitid, kind, id, &end, options, usage);
    if (result != -EINTR) return result;
  }
}

// __WALL: a child that the kernel itself reaps has no exit signal, and would be
// invisible while it runs.
long wait_id(Process child, siginfo_t& end, int options, rusage* usage) noexcept {
  options |= __WALL;
  return child.pidfd >= 0 ? wait_id(p_pidfd, child.pidfd, end, options, usage)
                          : wait_id(P_PID, child.pid, end, options, usage);
}

// By the pidfd if there is one: the pid may be another child's by now.
long look_on(Process child, siginfo_t& end) noexcept {
  return child.pidfd >= 0 ? peek(p_pidfd, child.pidfd, end, WNOHANG | __WALL)
                          : peek(P_PID, child.pid, end, WNOHANG | __WALL);
}

bool has_ended(int pidfd) noexcept {
  return wait_until_readable(pidfd, Deadline::after(std::chrono::nanoseconds(0)));
}

// The kernel keeps the status from the moment of reaping, which may be in
// progress: at its end the pidfd hangs up.
void await_hang_up(int pidfd) noexcept {
  pollfd entry{pidfd, 0, 0};
  const timespec limit{0, 50'000'000};
  raw::call(SYS_ppoll, &entry, 1, &limit, nullptr, 0);
}

long ask_exit_status(int pidfd, int& status) noexcept {
  PidfdInfo info{};
  info.mask = pidfd_info_exit;
  const long got = raw::call(SYS_ioctl, pidfd, pidfd_get_info, &info);
  if (got < 0) return got;
  if (!(info.mask & pidfd_info_exit)) return -EAGAIN;
  status = info.exit_code;
  return 0;
}

Reaped ask_the_pidfd(Process child) noexcept {
  if (child.pidfd < 0) return {.state = Reaped::State::lost};
  if (!has_ended(child.pidfd)) return {};
  Reaped result{.state = Reaped::State::ended};
  const bool told =
      features().works(Feature::exit_info) && exit_status_of(child.pidfd, result.status) == 0;
  if (!told) result.state = Reaped::State::lost;
  return result;
}

Reaped look(Process child, int options) noexcept {
  siginfo_t end{};
  Reaped result;
  const long got = wait_id(child, end, WEXITED | options, &result.usage);
  if (got == -EAGAIN) return {};  // it runs, and other code made the pidfd non-blocking
  if (got < 0) return ask_the_pidfd(child);
  if (end.si_pid == 0) return {};
  result.state = Reaped::State::ended;
  result.status = as_wait_status(end);
  result.has_usage = true;
  return result;
}

// Only for kernels without pidfds: no wait for the end has a deadline, so this
// polls at growing intervals of at most 5 ms.
Reaped reap_by_looking(Process child, Deadline deadline) noexcept {
  timespec pause{0, 100'000};
  for (;;) {
    const Reaped result = look(child, WNOHANG);
    if (result.state != Reaped::State::running || deadline.passed()) return result;
    raw::call(SYS_nanosleep, &pause, nullptr);
    pause.tv_nsec = std::min(2 * pause.tv_nsec, 5'000'000L);
  }
}

// Whether the pid is still the child's, as until it is reaped.
bool is_unreaped(Process child) noexcept {
  siginfo_t end{};
  return look_on(child, end) >= 0;
}

}  // namespace

long peek(int kind, int id, siginfo_t& end, int options) noexcept {
  return wait_id(kind, id, end, WEXITED | WNOWAIT | options, nullptr);
}

Reaped try_reap(Process child) noexcept { return look(child, WNOHANG); }

Reaped reap(Process child, Deadline deadline) noexcept {
  if (child.pidfd < 0) {
    return deadline.is_never() ? look(child, 0) : reap_by_looking(child, deadline);
  }
  if (deadline.is_never()) {
    const Reaped result = look(child, 0);
    if (result.state != Reaped::State::running) return result;
    // Not our child (in a forked process): its pidfd still reports its end.
  }
  if (!wait_until_readable(child.pidfd, deadline)) return {};
  return look(child, WNOHANG);
}

long send_signal(Process child, int signal) noexcept {
  if (child.pidfd >= 0 && features().works(Feature::pidfd_send_signal)) {
    return raw::call(nr_pidfd_send_signal, child.pidfd, signal, nullptr, 0);
  }
  return is_unreaped(child) ? raw::call(SYS_kill, child.pid, signal) : -ESRCH;
}

long send_signal_to_group(Process child, int signal) noexcept {
  if (child.pidfd >= 0 && features().works(Feature::pidfd_send_signal)) {
    const long sent =
        raw::call(nr_pidfd_send_signal, child.pidfd, signal, nullptr, pidfd_signal_process_group);
    if (sent != -EINVAL) return sent;  // else the kernel lacks this flag
  }
  return is_unreaped(child) ? raw::call(SYS_kill, -child.pid, signal) : -ESRCH;
}

bool await_end(Process child, Deadline deadline) noexcept {
  if (child.pidfd >= 0) return wait_until_readable(child.pidfd, deadline);
  timespec pause{0, 100'000};
  for (;;) {
    siginfo_t end{};
    const long got = look_on(child, end);
    if (got < 0 || end.si_pid != 0) return true;
    if (deadline.passed()) return false;
    raw::call(SYS_nanosleep, &pause, nullptr);
    pause.tv_nsec = std::min(2 * pause.tv_nsec, 5'000'000L);
  }
}

long exit_status_of(int pidfd, int& status) noexcept {
  const long got = ask_exit_status(pidfd, status);
  if (got != -EAGAIN) return got;
  await_hang_up(pidfd);
  return ask_exit_status(pidfd, status);
}

}  // namespace forklift::kernel
