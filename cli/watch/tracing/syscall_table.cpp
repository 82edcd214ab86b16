// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/tracing/syscall_table.hpp"

#include <sys/syscall.h>

#include "watch/tracing/watch_event.h"

namespace watch::tracing {
namespace {

struct Meaning {
  long number;
  std::uint8_t kind;
};

constexpr Meaning known[] = {
#if defined(SYS_fork)
    {SYS_fork, WATCH_FORK},         {SYS_vfork, WATCH_VFORK},
#endif
    {SYS_clone, WATCH_CLONE},       {SYS_clone3, WATCH_CLONE3}, {SYS_execve, WATCH_EXECUTES},
    {SYS_execveat, WATCH_EXECUTES}, {SYS_futex, WATCH_FUTEX},
#if defined(SYS_futex_waitv)
    {SYS_futex_waitv, WATCH_FUTEX},
#endif
};

// A thread in one of them waits for work, for a child, or for a time.
constexpr long sleeps[] = {
#if defined(SYS_poll)
    SYS_poll,
    SYS_select,
    SYS_epoll_wait,
    SYS_pause,
#endif
    SYS_ppoll,
    SYS_pselect6,
    SYS_epoll_pwait,
    SYS_nanosleep,
    SYS_clock_nanosleep,
#if defined(SYS_epoll_pwait2)
    SYS_epoll_pwait2,
#endif
    SYS_accept,
    SYS_accept4,
    SYS_read,
    SYS_readv,
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_recvmmsg,
    SYS_wait4,
    SYS_waitid,
    SYS_rt_sigtimedwait,
    SYS_rt_sigsuspend,
    SYS_io_getevents,
    SYS_io_uring_enter,
    SYS_msgrcv,
    SYS_semtimedop,
    SYS_mq_timedreceive,
};

}  // namespace

void fill_syscall_kinds(std::span<std::uint8_t> syscall_kinds) {
  for (const auto& [number, kind] : known) syscall_kinds[static_cast<std::size_t>(number)] = kind;
  for (const long number : sleeps) syscall_kinds[static_cast<std::size_t>(number)] = WATCH_SLEEPS;
}

std::string name_of(int system_call) {
  switch (system_call) {
#if defined(SYS_fork)
    case SYS_fork: return "fork";
    case SYS_vfork: return "vfork";
#endif
    case SYS_clone: return "clone";
    case SYS_clone3: return "clone3";
    default: return {};
  }
}

}  // namespace watch::tracing
