// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "kernel/probe.hpp"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <forklift/fd.hpp>
#include <memory>

#include "kernel/clone.hpp"
#include "kernel/numbers.hpp"
#include "kernel/probe_child.hpp"
#include "kernel/process.hpp"
#include "kernel/raw.hpp"
#include "kernel/signal_guard.hpp"
#include "kernel/valgrind.hpp"

namespace forklift::kernel {
namespace {

constexpr std::size_t stack_size = 16 * 1024;

struct Stack {
  std::byte* base = static_cast<std::byte*>(
      ::mmap(nullptr, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ~Stack() {
    if (ok()) ::munmap(base, stack_size);
  }
  bool ok() const { return base != MAP_FAILED; }
};

// The ways to start the probe's child, best first.
struct Attempt {
  bool clone3, pidfd;
};
constexpr Attempt attempts[] = {{true, true}, {false, true}, {false, false}};

long start_child(Attempt attempt, const Stack& stack, ProbeMarks& marks, int& pidfd) noexcept {
  const std::uint64_t flags = CLONE_VM | CLONE_FILES | CLONE_CHILD_CLEARTID |
                              (attempt.clone3 ? clone_clear_sighand : 0) |
                              (attempt.pidfd ? clone_pidfd : 0);
  marks.running = 1;
  return clone_child({.flags = flags,
                      .stack = stack.base,
                      .stack_size = stack_size,
                      .pidfd = attempt.pidfd ? &pidfd : nullptr,
                      .word = &marks.running,
                      .clone3 = attempt.clone3},
                     forklift_probe_child, &marks);
}

long start_best_child(Features& found, const Stack& stack, ProbeMarks& marks, int& pidfd) noexcept {
  long result = -ENOSYS;
  for (const Attempt attempt : attempts) {
    result = start_child(attempt, stack, marks, pidfd);
    if (result >= 0) {
      found.pidfd_by_clone = attempt.pidfd;
      return result;
    }
    if (attempt.clone3) found[Feature::clone3] = static_cast<int>(result);
  }
  return result;
}

constexpr int p_pidfd = 3;  // P_PIDFD of <linux/wait.h>

long wait_by_pidfd(int pidfd, int options) noexcept {
  siginfo_t end{};
  long waited;
  do {
    waited = raw::call(SYS_waitid, p_pidfd, pidfd, &end, WEXITED | options, nullptr);
  } while (waited == -EINTR);
  // The call is there, but SIGCHLD is ignored, or it is not our child.
  return waited == -ECHILD ? 0 : waited;
}

void learn_pidfd(Features& found, int pidfd, int wait_options) noexcept {
  const long sent = raw::call(nr_pidfd_send_signal, pidfd, 0, nullptr, 0);
  found[Feature::pidfd_send_signal] = sent == -ESRCH ? 0 : static_cast<int>(sent);
  found[Feature::pidfd] = static_cast<int>(wait_by_pidfd(pidfd, wait_options));
}

void refuse_pidfd(Features& found, int error) noexcept {
  for (const Feature feature : {Feature::pidfd, Feature::pidfd_send_signal, Feature::exit_info}) {
    found[feature] = error;
  }
}

// Reaps the child the best way there is, learning on the way which ways work.
void reap_and_learn(Features& found, pid_t pid, Fd pidfd) noexcept {
  if (!pidfd) {
    const long opened = raw::call(nr_pidfd_open, pid, 0);
    if (opened < 0) refuse_pidfd(found, static_cast<int>(opened));
    if (opened >= 0) pidfd = Fd(static_cast<int>(opened));
  }
  if (pidfd) learn_pidfd(found, pidfd.get(), 0);
  if (found.works(Feature::pidfd)) {
    int status = 0;
    found[Feature::exit_info] = static_cast<int>(exit_status_of(pidfd.get(), status));
    return;
  }
  refuse_pidfd(found, found[Feature::pidfd]);
  while (raw::call(SYS_wait4, pid, nullptr, __WALL, nullptr) == -EINTR) {
  }
}

void learn_from_marks(Features& found, const ProbeMarks& marks, Fd canary) noexcept {
  if (!marks.visited || __atomic_load_n(&marks.running, __ATOMIC_ACQUIRE) != 0) {
    found[Feature::shared_memory] = -EOPNOTSUPP;
  }
  found[Feature::close_range] = static_cast<int>(marks.close_range);
  found[Feature::leave_table] = static_cast<int>(marks.leave_table);
  if (!marks.visited) {
    found[Feature::close_range] = static_cast<int>(raw::call(nr_close_range, ~0U, ~0U, 0));
    found[Feature::leave_table] = -EOPNOTSUPP;
  }
  if (::fcntl(canary.get(), F_GETFD) < 0) {
    // The child closed our descriptor: it never left. The number may be
    // somebody else's by now.
    found[Feature::leave_table] = -EOPNOTSUPP;
    [[maybe_unused]] const int gone = canary.release();
  }
}

// Without a child on our memory, the process itself serves to try the pidfd.
void learn_alone(Features& found, int error) noexcept {
  for (const Feature feature : {Feature::shared_memory, Feature::leave_table, Feature::clone3}) {
    if (found.works(feature)) found[feature] = error;
  }
  found[Feature::close_range] = static_cast<int>(raw::call(nr_close_range, ~0U, ~0U, 0));
  found.pidfd_by_clone = false;
  const Fd self(static_cast<int>(std::max(-1L, raw::call(nr_pidfd_open, ::getpid(), 0))));
  if (!self) return refuse_pidfd(found, -ENOSYS);
  learn_pidfd(found, self.get(), WNOHANG);
  found[Feature::exit_info] = -EOPNOTSUPP;
}

void probe_child_features(Features& found) noexcept {
  const Stack stack;
  Fd canary(::eventfd(0, EFD_CLOEXEC));
  if (!stack.ok() || !canary) return learn_alone(found, -errno);
  ProbeMarks marks{.canary = canary.get()};
  int pidfd = -1;
  const SignalGuard guard;
  const long pid = start_best_child(found, stack, marks, pidfd);
  if (pid < 0) return learn_alone(found, static_cast<int>(pid));
  reap_and_learn(found, static_cast<pid_t>(pid), Fd(pidfd));
  learn_from_marks(found, marks, std::move(canary));
}

void probe_marked_pipe(Features& found) noexcept {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) {
    found[Feature::marked_pipe] = -errno;
    return;
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

void probe_mailbox(Features& found) noexcept {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
    found[Feature::mailbox] = -errno;
    return;
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

void probe_mark_cloexec(Features& found) noexcept {
  found[Feature::mark_cloexec] =
      static_cast<int>(raw::call(nr_close_range, ~0U, ~0U, close_range_cloexec));
}

void probe_robust_list(Features& found) noexcept {
  void* head = nullptr;
  std::size_t size = 0;
  found[Feature::robust_list] = static_cast<int>(raw::call(SYS_get_robust_list, 0, &head, &size));
}

std::atomic<const Features*> known{nullptr};
std::atomic<const Features*> pretended{nullptr};

// What the kernel answers to flags of clone3, without a child being made: no
// descriptor can have this number, and a kernel that knows them says so.
int try_flags(std::uint64_t flags, const Stack& stack) noexcept {
  ProbeMarks marks{};
  const long result = clone_child({.flags = flags,
                                   .stack = stack.base,
                                   .stack_size = stack_size,
                                   .pidfd = &marks.canary,
                                   .cgroup = INT_MAX,
                                   .clone3 = true},
                                  forklift_probe_child, &marks);
  return result == -EBADF ? 0 : static_cast<int>(std::min(-1L, result));
}

void probe_flags(Features& found) noexcept {
  for (const Feature feature : {Feature::into_cgroup, Feature::autokill}) {
    found[feature] = found[Feature::clone3];
  }
  const Stack stack;
  if (!found.works(Feature::clone3) || !stack.ok()) return;
  found[Feature::into_cgroup] = try_flags(clone_pidfd, stack);
  // With the right to it, which only a child that gains no privileges needs not.
  found[Feature::autokill] =
      try_flags(clone_pidfd | clone_autoreap | clone_pidfd_autokill | clone_nnp, stack);
}

}  // namespace

Features probe() noexcept {
  Features found;
  probe_marked_pipe(found);
  probe_mailbox(found);
  probe_mark_cloexec(found);
  probe_robust_list(found);
  if (runs_under_valgrind()) {
    // It ends the program at a clone(2) that is neither fork, vfork nor thread.
    learn_alone(found, -EOPNOTSUPP);
    found[Feature::into_cgroup] = found[Feature::autokill] = -EOPNOTSUPP;
    return found;
  }
  probe_child_features(found);
  probe_flags(found);
  return found;
}

const Features& features() noexcept {
  if (const Features* const told = pretended.load(std::memory_order_acquire)) return *told;
  const Features* current = known.load(std::memory_order_acquire);
  if (current) return *current;
  auto fresh = std::make_unique<Features>(probe());
  // Never freed: threads may read it until the process ends.
  if (known.compare_exchange_strong(current, fresh.get(), std::memory_order_acq_rel)) {
    return *fresh.release();
  }
  return *current;
}

void pretend(const Features* features) noexcept {
  pretended.store(features, std::memory_order_release);
}

}  // namespace forklift::kernel
