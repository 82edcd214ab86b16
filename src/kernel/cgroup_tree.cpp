// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/cgroup_tree.hpp"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <forklift/fd.hpp>

#include "kernel/numbers.hpp"
#include "kernel/raw.hpp"

namespace forklift::kernel {
namespace {

constexpr int deepest = 32;  // levels; each holds a directory open

// Calls `act(pid)` for every number in cgroup.procs until it returns false.
template <class Act>
void for_each_process(int cgroup, Act act) noexcept {
  const Fd list(::openat(cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC));
  char text[4096];
  int pid = 0;
  for (ssize_t size; (size = ::read(list.get(), text, sizeof text)) > 0;) {
    for (const char* at = text; at < text + size; ++at) {
      if (*at != '\n') {
        pid = 10 * pid + (*at - '0');
        continue;
      }
      if (pid > 0 && !act(pid)) return;  // 0: a process of another pid namespace
      pid = 0;
    }
  }
}

bool has_process(int cgroup, int sought) noexcept {
  bool found = false;
  for_each_process(cgroup, [&](int pid) { return !(found = pid == sought); });
  return found;
}

// A pid may have been reused. A pidfd cannot, and a process that is still
// listed after opening it is the right one.
long signal_process(int cgroup, int pid, int signal) noexcept {
  const Fd pidfd(static_cast<int>(raw::call(nr_pidfd_open, pid, 0)));
  if (!has_process(cgroup, pid)) return -ESRCH;
  if (pidfd) {
    const long sent = raw::call(nr_pidfd_send_signal, pidfd.get(), signal, nullptr, 0);
    if (sent != -ENOSYS && sent != -EPERM) return sent;
  }
  return raw::call(SYS_kill, pid, signal);
}

// Calls `act(name)` for every cgroup directly below one.
template <class Act>
void for_each_below(int cgroup, int depth, Act act) noexcept {
  Fd copy(::openat(cgroup, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DIR* const directory = depth < deepest && copy ? ::fdopendir(copy.get()) : nullptr;
  if (!directory) return;
  static_cast<void>(copy.release());  // the stream closes it
  while (const dirent* const entry = ::readdir(directory)) {
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') act(entry->d_name);
  }
  ::closedir(directory);
}

Fd open_below(int cgroup, const char* name) noexcept {
  return Fd(::openat(cgroup, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

// The number of processes signalled, and of those that we may not signal.
struct Reach {
  long reached = 0, refused = 0;
  Reach& operator+=(Reach other) noexcept {
    reached += other.reached;
    refused += other.refused;
    return *this;
  }
};

// Includes those in the cgroups below.
Reach signal_each(int cgroup, int signal, int depth) noexcept {
  Reach all;
  for_each_process(cgroup, [&](int pid) {
    const long sent = signal_process(cgroup, pid, signal);
    all += {.reached = sent == 0, .refused = sent == -EPERM};
    return true;
  });
  for_each_below(cgroup, depth, [&](const char* name) {
    if (const Fd below = open_below(cgroup, name)) {
      all += signal_each(below.get(), signal, depth + 1);
    }
  });
  return all;
}

void remove_below(int cgroup, int depth) noexcept {
  for_each_below(cgroup, depth, [&](const char* name) {
    if (const Fd below = open_below(cgroup, name)) remove_below(below.get(), depth + 1);
    ::unlinkat(cgroup, name, AT_REMOVEDIR);
  });
}

// A killed process stays listed until it is gone, and may have forked before.
long kill_each(int cgroup) noexcept {
  constexpr int rounds = 10'000;
  long reached = 0;
  for (int round = 0; round < rounds; ++round) {
    const Reach now = signal_each(cgroup, SIGKILL, 0);
    reached += now.reached;
    if (now.reached == 0 && now.refused > 0) return -EPERM;
    if (now.reached == 0) break;
    ::sched_yield();
  }
  return reached > 0 ? 0 : -ESRCH;
}

}  // namespace

long signal_cgroup(const char* path, int signal) noexcept {
  const Fd cgroup(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!cgroup) return -errno;
  if (signal == SIGKILL) {
    const Fd kill(::openat(cgroup.get(), "cgroup.kill", O_WRONLY | O_CLOEXEC));
    if (kill && ::write(kill.get(), "1", 1) == 1) return 0;
  }
  if (signal == SIGKILL) return kill_each(cgroup.get());
  const Reach all = signal_each(cgroup.get(), signal, 0);
  if (all.reached > 0) return 0;
  return all.refused > 0 ? -EPERM : -ESRCH;
}

long remove_cgroup(const char* path) noexcept {
  if (::rmdir(path) == 0) return 0;
  const Fd cgroup(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!cgroup) return -errno;
  remove_below(cgroup.get(), 0);
  return ::rmdir(path) == 0 ? 0 : -errno;
}

}  // namespace forklift::kernel
