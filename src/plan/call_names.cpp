// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/call_names.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cstdio>
#include <span>
#include <utility>

#include "kernel/numbers.hpp"

namespace forklift::launch {
namespace {

struct Known {
  long number;
  CallName call;
};

constexpr Known known_calls[] = {
    {kernel::nr_close_range, {"close_range", 3}},
    {SYS_recvmsg, {"recvmsg", 3}},
    {SYS_fcntl, {"fcntl", 3}},
    {SYS_set_robust_list, {"set_robust_list", 2}},
    {SYS_dup3, {"dup3", 3}},
    {SYS_umask, {"umask", 1}},
    {SYS_openat, {"openat", 4}},
    {SYS_fchdir, {"fchdir", 1}},
    {SYS_chdir, {"chdir", 1}},
    {SYS_setsid, {"setsid", 0}},
    {SYS_setpgid, {"setpgid", 2}},
    {SYS_rt_sigaction, {"rt_sigaction", 4}},
    {SYS_rt_sigprocmask, {"rt_sigprocmask", 4}},
    {SYS_execve, {"execve", 3}},
    {SYS_execveat, {"execveat", 5}},
    {SYS_write, {"write", 3}},
    {SYS_close, {"close", 1}},
    {SYS_ioctl, {"ioctl", 3}},
    {SYS_getpgid, {"getpgid", 1}},
    {SYS_getppid, {"getppid", 0}},
    {SYS_futex, {"futex", 3}},
    {SYS_prctl, {"prctl", 2}},
    {SYS_prlimit64, {"prlimit64", 3}},
    {SYS_setpriority, {"setpriority", 3}},
    {SYS_sched_setattr, {"sched_setattr", 3}},
    {SYS_sched_setaffinity, {"sched_setaffinity", 3}},
    {SYS_ioprio_set, {"ioprio_set", 3}},
    {SYS_set_mempolicy, {"set_mempolicy", 3}},
    {SYS_setns, {"setns", 2}},
    {SYS_unshare, {"unshare", 1}},
    {SYS_mount, {"mount", 5}},
    {SYS_umount2, {"umount2", 2}},
    {SYS_sethostname, {"sethostname", 2}},
    {SYS_chroot, {"chroot", 1}},
    {SYS_pivot_root, {"pivot_root", 2}},
    {SYS_setgroups, {"setgroups", 2}},
    {SYS_setresgid, {"setresgid", 3}},
    {SYS_setresuid, {"setresuid", 3}},
    {SYS_capset, {"capset", 2}},
    {SYS_seccomp, {"seccomp", 3}},
    {kernel::nr_landlock_create_ruleset, {"landlock_create_ruleset", 3}},
    {kernel::nr_landlock_add_rule, {"landlock_add_rule", 4}},
    {kernel::nr_landlock_restrict_self, {"landlock_restrict_self", 2}},
};

struct Symbol {
  long call;
  int argument;
  long value;
  const char* name;
};

constexpr Symbol symbols[] = {
    {kernel::nr_close_range, 2, kernel::close_range_unshare, "CLOSE_RANGE_UNSHARE"},
    {kernel::nr_close_range, 2, kernel::close_range_cloexec, "CLOSE_RANGE_CLOEXEC"},
    {SYS_recvmsg, 2, MSG_DONTWAIT | MSG_CMSG_CLOEXEC, "MSG_DONTWAIT|MSG_CMSG_CLOEXEC"},
    {SYS_fcntl, 1, F_DUPFD_CLOEXEC, "F_DUPFD_CLOEXEC"},
    {SYS_dup3, 2, O_CLOEXEC, "O_CLOEXEC"},
    {SYS_openat, 0, AT_FDCWD, "AT_FDCWD"},
    {SYS_rt_sigaction, 2, 0, "NULL"},
    {SYS_rt_sigprocmask, 0, SIG_SETMASK, "SIG_SETMASK"},
    {SYS_rt_sigprocmask, 2, 0, "NULL"},
    {SYS_fcntl, 1, F_SETFD, "F_SETFD"},
    {SYS_fcntl, 1, F_SETLK, "F_SETLK"},
    {SYS_execveat, 4, AT_EMPTY_PATH, "AT_EMPTY_PATH"},
    {SYS_futex, 1, FUTEX_WAIT, "FUTEX_WAIT"},
    {SYS_ioctl, 1, FIONBIO, "FIONBIO"},
    {SYS_ioctl, 1, TIOCSCTTY, "TIOCSCTTY"},
    {SYS_ioctl, 1, TIOCSPGRP, "TIOCSPGRP"},
    {SYS_prctl, 0, PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG"},
    {SYS_prctl, 0, PR_SET_KEEPCAPS, "PR_SET_KEEPCAPS"},
    {SYS_prctl, 0, PR_CAPBSET_DROP, "PR_CAPBSET_DROP"},
    {SYS_prctl, 0, PR_SET_SECUREBITS, "PR_SET_SECUREBITS"},
    {SYS_prctl, 0, PR_SET_TIMERSLACK, "PR_SET_TIMERSLACK"},
    {SYS_prctl, 0, PR_SET_NO_NEW_PRIVS, "PR_SET_NO_NEW_PRIVS"},
    {SYS_prctl, 0, PR_SET_THP_DISABLE, "PR_SET_THP_DISABLE"},
    {SYS_prctl, 0, PR_CAP_AMBIENT, "PR_CAP_AMBIENT"},
    {SYS_prlimit64, 1, RLIMIT_AS, "RLIMIT_AS"},
    {SYS_prlimit64, 1, RLIMIT_CORE, "RLIMIT_CORE"},
    {SYS_prlimit64, 1, RLIMIT_CPU, "RLIMIT_CPU"},
    {SYS_prlimit64, 1, RLIMIT_DATA, "RLIMIT_DATA"},
    {SYS_prlimit64, 1, RLIMIT_FSIZE, "RLIMIT_FSIZE"},
    {SYS_prlimit64, 1, RLIMIT_LOCKS, "RLIMIT_LOCKS"},
    {SYS_prlimit64, 1, RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK"},
    {SYS_prlimit64, 1, RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE"},
    {SYS_prlimit64, 1, RLIMIT_NICE, "RLIMIT_NICE"},
    {SYS_prlimit64, 1, RLIMIT_NOFILE, "RLIMIT_NOFILE"},
    {SYS_prlimit64, 1, RLIMIT_NPROC, "RLIMIT_NPROC"},
    {SYS_prlimit64, 1, RLIMIT_RSS, "RLIMIT_RSS"},
    {SYS_prlimit64, 1, RLIMIT_RTPRIO, "RLIMIT_RTPRIO"},
    {SYS_prlimit64, 1, RLIMIT_RTTIME, "RLIMIT_RTTIME"},
    {SYS_prlimit64, 1, RLIMIT_SIGPENDING, "RLIMIT_SIGPENDING"},
    {SYS_prlimit64, 1, RLIMIT_STACK, "RLIMIT_STACK"},
    {SYS_setpriority, 0, PRIO_PROCESS, "PRIO_PROCESS"},
    {SYS_setns, 1, CLONE_NEWUSER, "CLONE_NEWUSER"},
    {SYS_setns, 1, CLONE_NEWNS, "CLONE_NEWNS"},
    {SYS_setns, 1, CLONE_NEWNET, "CLONE_NEWNET"},
    {SYS_setns, 1, CLONE_NEWUTS, "CLONE_NEWUTS"},
    {SYS_setns, 1, CLONE_NEWIPC, "CLONE_NEWIPC"},
    {SYS_setns, 1, CLONE_NEWPID, "CLONE_NEWPID"},
    {SYS_setns, 1, CLONE_NEWCGROUP, "CLONE_NEWCGROUP"},
    {SYS_setns, 1, kernel::clone_newtime, "CLONE_NEWTIME"},
    {SYS_unshare, 0, kernel::clone_newtime, "CLONE_NEWTIME"},
    {SYS_mount, 0, 0, "NULL"},
    {SYS_mount, 2, 0, "NULL"},
    {SYS_mount, 4, 0, "NULL"},
    {SYS_umount2, 1, MNT_DETACH, "MNT_DETACH"},
    {SYS_setgroups, 1, 0, "NULL"},
    {SYS_seccomp, 0, SECCOMP_SET_MODE_FILTER, "SECCOMP_SET_MODE_FILTER"},
    {kernel::nr_landlock_add_rule, 1, LANDLOCK_RULE_PATH_BENEATH, "LANDLOCK_RULE_PATH_BENEATH"},
};

using Bit = std::pair<long, const char*>;

constexpr Bit open_bits[] = {{O_CREAT, "O_CREAT"},   {O_EXCL, "O_EXCL"},       {O_TRUNC, "O_TRUNC"},
                             {O_APPEND, "O_APPEND"}, {O_CLOEXEC, "O_CLOEXEC"}, {O_PATH, "O_PATH"}};
constexpr Bit mount_bits[] = {{MS_NOSUID, "MS_NOSUID"}, {MS_NODEV, "MS_NODEV"},
                              {MS_NOEXEC, "MS_NOEXEC"}, {MS_BIND, "MS_BIND"},
                              {MS_REC, "MS_REC"},       {MS_PRIVATE, "MS_PRIVATE"}};

std::string print_bits(std::string text, std::span<const Bit> bits, long flags) {
  for (const auto& [bit, name] : bits) {
    if (flags & bit) text += (text.empty() ? "" : "|") + std::string(name);
  }
  return text.empty() ? "0" : text;
}

std::string print_open_flags(long flags) {
  const long access = flags & O_ACCMODE;
  return print_bits(access == O_RDWR     ? "O_RDWR"
                    : access == O_WRONLY ? "O_WRONLY"
                                         : "O_RDONLY",
                    open_bits, flags);
}

std::string octal(long value) {
  char text[24];
  std::snprintf(text, sizeof text, "%#lo", static_cast<unsigned long>(value));
  return text;
}

}  // namespace

CallName name_of_call(long number) {
  for (const Known& known : known_calls) {
    if (known.number == number) return known.call;
  }
  return {"syscall", 6};
}

std::string print_argument(long call, int index, long value) {
  for (const Symbol& symbol : symbols) {
    if (symbol.call == call && symbol.argument == index && symbol.value == value) {
      return symbol.name;
    }
  }
  if (call == SYS_openat && index == 2) return print_open_flags(value);
  if (call == SYS_mount && index == 3) return print_bits("", mount_bits, value);
  if ((call == SYS_openat && index == 3) || call == SYS_umask) return octal(value);
  if (call == SYS_fcntl && index == 2 && value == FD_CLOEXEC) return "FD_CLOEXEC";
  return std::to_string(value);
}

}  // namespace forklift::launch
