// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// reveal [PROBE...]: prints the state of this process in the kernel, one "key
// value" per line, and nothing if unknown (there may be no /proc here). With
// probes it prints only their results: "PROBE ERRNO", 0 for success.
//
//   read:PATH write:PATH make:PATH enter:PATH exec:PATH  is this permitted?
//   call:NUMBER   a system call with arguments of zero
//   kind:PATH     the type of the file system there, instead of an errno
//   pids          the processes listed in /proc
//   ready         reports that it runs and waits for the end of standard input
//   none          nothing

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "helpers/reveal_kernel.hpp"

namespace {

std::string text_of(const char* path) {
  char text[8192];
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t size = ::read(file, text, sizeof text);
  ::close(file);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

// The value of a line "KEY:\tVALUE" of /proc/self/status.
std::string status(const char* key) {
  const std::string text = text_of("/proc/self/status");
  const std::size_t at = text.find("\n" + std::string(key) + ":\t");
  if (at == std::string::npos) return {};
  const std::size_t start = at + std::strlen(key) + 3;
  return text.substr(start, text.find('\n', start) - start);
}

void say(const char* key, const std::string& value) { std::printf("%s %s\n", key, value.c_str()); }

void say(const char* key, long value) { say(key, std::to_string(value)); }

void say_if_known(const char* key, std::string value) {
  while (!value.empty() && value.back() == '\n') value.pop_back();
  if (!value.empty()) say(key, value);
}

void reveal_ids() {
  unsigned real = 0, effective = 0, saved = 0;
  ::getresuid(&real, &effective, &saved);
  std::printf("uid %u %u %u %u\n", real, effective, saved,
              static_cast<unsigned>(::setfsuid(static_cast<uid_t>(-1))));
  ::getresgid(&real, &effective, &saved);
  std::printf("gid %u %u %u %u\n", real, effective, saved,
              static_cast<unsigned>(::setfsgid(static_cast<gid_t>(-1))));
  gid_t groups[1024];
  const int count = ::getgroups(1024, groups);
  std::sort(groups, groups + std::max(count, 0));
  std::printf("groups");
  for (int i = 0; i < count; ++i) std::printf(" %u", groups[i]);
  std::printf("%s\n", count > 0 ? "" : " none");
}

void reveal_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2]{};
  ::syscall(SYS_capget, &header, sets);
  const auto whole = [](unsigned low, unsigned high) { return std::uint64_t{high} << 32 | low; };
  std::uint64_t bounding = 0, ambient = 0;
  for (int i = 0; i < 64; ++i) {
    if (::prctl(PR_CAPBSET_READ, i) == 1) bounding |= std::uint64_t{1} << i;
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1) {
      ambient |= std::uint64_t{1} << i;
    }
  }
  std::printf("cap.permitted %lx\n", whole(sets[0].permitted, sets[1].permitted));
  std::printf("cap.effective %lx\n", whole(sets[0].effective, sets[1].effective));
  std::printf("cap.inheritable %lx\n", whole(sets[0].inheritable, sets[1].inheritable));
  std::printf("cap.bounding %lx\ncap.ambient %lx\n", bounding, ambient);
  say("securebits", ::prctl(PR_GET_SECUREBITS));
  say("no_new_privileges", ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  say_if_known("seccomp", status("Seccomp"));
}

void reveal_limits() {
  for (const auto& [name, number] : resources) {
    rlimit limit{};
    ::getrlimit(number, &limit);
    std::printf("limit.%s %lu %lu\n", name, limit.rlim_cur, limit.rlim_max);
  }
}

void reveal_scheduling() {
  say("nice", ::getpriority(PRIO_PROCESS, 0));
  SchedulingAttributes attributes{};
  ::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0);
  say("policy", attributes.policy);
  say("priority", attributes.priority);
  say("reset_on_fork", attributes.flags & 1);
  std::printf("deadline %lu %lu %lu\n", attributes.runtime, attributes.deadline, attributes.period);
  cpu_set_t set;
  ::sched_getaffinity(0, sizeof set, &set);
  std::printf("cpus");
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) std::printf(" %d", i);
  }
  const long io = ::syscall(SYS_ioprio_get, 1, 0);
  std::printf("\nio_priority %ld %ld\n", io >> 13, io & 7);
  int mode = 0;
  unsigned long nodes[16]{};
  ::syscall(SYS_get_mempolicy, &mode, nodes, sizeof nodes * 8, 0, 0);
  std::printf("memory_policy %d %lx\n", mode, nodes[0]);
}

void reveal_surroundings() {
  for (const char* const kind : {"user", "mnt", "pid", "net", "uts", "ipc", "cgroup", "time"}) {
    char target[64]{};
    const std::string link = "/proc/self/ns/" + std::string(kind);
    if (::readlink(link.c_str(), target, sizeof target - 1) > 0) {
      say(("ns." + std::string(kind)).c_str(), target);
    }
  }
  utsname system{};
  ::uname(&system);
  say("hostname", system.nodename);
  struct stat root {};
  ::stat("/", &root);
  say("root", std::to_string(root.st_dev) + ":" + std::to_string(root.st_ino));
  char directory[4096]{};
  say("directory", ::getcwd(directory, sizeof directory) ? directory : "none");
  const std::string cgroups = "\n" + text_of("/proc/self/cgroup");
  const std::size_t unified = cgroups.find("\n0::");
  if (unified != std::string::npos) {
    say("cgroup", cgroups.substr(unified + 4, cgroups.find('\n', unified + 1) - unified - 4));
  }
}

// The fields after the program's name, which may have spaces: 3 is the first.
std::string stat_field(int wanted) {
  const std::string text = text_of("/proc/self/stat");
  std::size_t at = text.rfind(')');
  if (at == std::string::npos) return {};
  for (int i = 2; i < wanted; ++i) at = text.find(' ', at + 1);
  return text.substr(at + 1, text.find(' ', at + 1) - at - 1);
}

void reveal_life() {
  say("pid", ::getpid());
  say("parent", ::getppid());
  say("session", ::getsid(0));
  say("group", ::getpgrp());
  say_if_known("terminal", stat_field(7));
  say_if_known("terminal_group", stat_field(8));
  winsize size{};
  if (::ioctl(0, TIOCGWINSZ, &size) == 0) {
    std::printf("window %u %u %u %u\n", size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel);
  }
  int signal = 0;
  ::prctl(PR_GET_PDEATHSIG, &signal);
  say("parent_death", signal);
  say("dumpable", ::prctl(PR_GET_DUMPABLE));
  say("keep_capabilities", ::prctl(PR_GET_KEEPCAPS));
  say("timer_slack", ::prctl(PR_GET_TIMERSLACK));
  say("huge_pages_disabled", ::prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
  say_if_known("oom_score", text_of("/proc/self/oom_score_adj"));
}

void reveal_signals_and_files() {
  sigset_t blocked{}, pending{};
  ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  ::sigpending(&pending);
  std::uint64_t mask = 0, waiting = 0, ignored = 0;
  for (int signal = 1; signal <= 64; ++signal) {
    const std::uint64_t bit = std::uint64_t{1} << (signal - 1);
    if (::sigismember(&blocked, signal) == 1) mask |= bit;
    if (::sigismember(&pending, signal) == 1) waiting |= bit;
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) ignored |= bit;
  }
  std::printf("blocked %lx\npending %lx\nignored %lx\n", mask, waiting, ignored);
  std::printf("descriptors");
  for (int i = 0; i < 4096; ++i) {
    if (::fcntl(i, F_GETFD) >= 0) std::printf(" %d", i);
  }
  std::printf("\numask %o\n", ::umask(0));
}

void reveal_all() {
  reveal_signals_and_files();
  reveal_ids();
  reveal_capabilities();
  reveal_limits();
  reveal_scheduling();
  reveal_surroundings();
  reveal_life();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) reveal_all();
  for (int i = 1; i < argc; ++i) answer(argv[i]);
  return std::fflush(stdout) == 0 ? 0 : 1;
}
