// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Finds out what the kernel, and any filter around the process, lets the library
// use. A version number says little: distributions backport, containers filter, and
// emulators report an old version. So each feature is used once. Most are tried by a
// child on our memory (probe_child), because a filter may kill for a call instead of
// refusing it; a child that dies by SIGSYS leaves a mark of the call it died at, and
// the next child skips that call. A shortage is no answer: it is never kept.

#include "kernel/probe.hpp"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <forklift/fd.hpp>
#include <initializer_list>
#include <new>
#include <utility>

#include "kernel/clone.hpp"
#include "kernel/deadline.hpp"
#include "kernel/numbers.hpp"
#include "kernel/probe_child.hpp"
#include "kernel/process.hpp"
#include "kernel/raw.hpp"
#include "kernel/shortage.hpp"
#include "kernel/signal_guard.hpp"
#include "kernel/valgrind.hpp"

namespace forklift::kernel {
namespace {

// On the stack of the probing thread, so that no memory shortage is mistaken
// for a kernel's refusal. The child needs some hundred bytes.
struct alignas(16) Stack {
  std::byte bytes[4096];
};

// The ways to start the probe's child, the one best known to filters first.
struct Attempt {
  bool clone3, pidfd;
};
constexpr Attempt attempts[] = {{false, true}, {false, false}, {true, true}};

long start_child(Attempt attempt, Stack& stack, ProbeMarks& marks, int& pidfd) noexcept {
  marks.running = 1;
  return clone_child(
      {.flags = CLONE_VM | CLONE_FILES | CLONE_CHILD_CLEARTID | (attempt.pidfd ? clone_pidfd : 0),
       .stack = stack.bytes,
       .stack_size = sizeof stack.bytes,
       .pidfd = attempt.pidfd ? &pidfd : nullptr,
       .word = &marks.running,
       .clone3 = attempt.clone3},
      forklift_probe_child, &marks);
}

long start_best_child(Features& found, Stack& stack, ProbeMarks& marks, int& pidfd) noexcept {
  long first = 0;
  for (const Attempt attempt : attempts) {
    const long result = start_child(attempt, stack, marks, pidfd);
    found.pidfd_by_clone = attempt.pidfd;
    if (result >= 0 || is_shortage(static_cast<int>(-result))) return result;
    if (first == 0) first = result;
  }
  return first;
}

long wait_by_pidfd(int pidfd, int options) noexcept {
  siginfo_t end{};
  long waited;
  do {
    waited = raw::call(SYS_waitid, p_pidfd, pidfd, &end, WEXITED | options, nullptr);
  } while (waited == -EINTR);
  // The call exists, but SIGCHLD is ignored, or it is not our child.
  return waited == -ECHILD ? 0 : waited;
}

void refuse(Features& found, std::initializer_list<Feature> features, int error) noexcept {
  for (const Feature feature : features) found[feature] = error;
}

void refuse_pidfd(Features& found, int error) noexcept {
  refuse(found, {Feature::pidfd, Feature::pidfd_send_signal, Feature::exit_info}, error);
}

void learn_pidfd(Features& found, int pidfd, int wait_options) noexcept {
  const long waited =
      found.kills(Tasted::wait_by_pidfd) ? -EPERM : wait_by_pidfd(pidfd, wait_options);
  if (waited < 0) return refuse_pidfd(found, static_cast<int>(waited));
  const long sent = found.kills(Tasted::pidfd_send_signal)
                        ? -EPERM
                        : raw::call(nr_pidfd_send_signal, pidfd, 0, nullptr, 0);
  found[Feature::pidfd_send_signal] = sent == -ESRCH ? 0 : static_cast<int>(sent);
}

long open_pidfd(const Features& found, pid_t pid) noexcept {
  return found.kills(Tasted::pidfd_open) ? -EPERM : raw::call(nr_pidfd_open, pid, 0);
}

// Reaps the child in the best way available, and records which ways work.
void reap_and_learn(Features& found, pid_t pid, Fd pidfd) noexcept {
  if (!pidfd) {
    const long opened = open_pidfd(found, pid);
    if (opened < 0) refuse_pidfd(found, static_cast<int>(opened));
    if (opened >= 0) pidfd = Fd(static_cast<int>(opened));
  }
  if (pidfd) learn_pidfd(found, pidfd.get(), 0);
  if (found.works(Feature::pidfd)) {
    int status = 0;
    found[Feature::exit_info] = found.kills(Tasted::pidfd_info)
                                    ? -EPERM
                                    : static_cast<int>(exit_status_of(pidfd.get(), status));
    return;
  }
  while (raw::call(SYS_wait4, pid, nullptr, __WALL, nullptr) == -EINTR) {
  }
}

void learn_from_marks(Features& found, const ProbeMarks& marks, Fd canary) noexcept {
  found[Feature::close_range] = static_cast<int>(marks.close_range);
  found[Feature::leave_table] = static_cast<int>(marks.leave_table);
  if (found.kills(Tasted::close_range)) {
    refuse(found, {Feature::close_range, Feature::leave_table}, -EPERM);
  }
  if (!marks.visited || __atomic_load_n(&marks.running, __ATOMIC_ACQUIRE) != 0) {
    refuse(found, {Feature::shared_memory, Feature::leave_table}, -EOPNOTSUPP);
    found[Feature::close_range] = static_cast<int>(raw::call(nr_close_range, ~0U, ~0U, 0));
  }
  if (::fcntl(canary.get(), F_GETFD) < 0) {
    // The child closed our descriptor: it never left. The number may have been
    // reused.
    found[Feature::leave_table] = -EOPNOTSUPP;
    [[maybe_unused]] const int gone = canary.release();
  }
}

// Without a child on our memory, the pidfd is tested on the process itself.
void learn_alone(Features& found, int error) noexcept {
  refuse(found, {Feature::shared_memory, Feature::leave_table}, error);
  found[Feature::close_range] = static_cast<int>(raw::call(nr_close_range, ~0U, ~0U, 0));
  found.pidfd_by_clone = false;
  const long opened = raw::call(nr_pidfd_open, ::getpid(), 0);
  if (opened < 0) return refuse_pidfd(found, static_cast<int>(opened));
  const Fd self(static_cast<int>(opened));
  learn_pidfd(found, self.get(), WNOHANG);
  found[Feature::exit_info] = -EOPNOTSUPP;
}

// The calls that are safe from a version on; emulators report an old one.
void choose_risks(ProbeMarks& marks) noexcept {
  utsname system{};
  int major = 0, minor = 0;
  if (::uname(&system) < 0) return;
  if (std::sscanf(system.release, "%d.%d", &major, &minor) != 2) return;
  const std::pair version(major, minor);
  // Before, a filter that kills a process also kills all that share its memory
  // (zap_threads, fs/coredump.c): nothing can be tested there.
  marks.tastes = version >= std::pair(5, 16);
  marks.closes = version >= std::pair(5, 9);  // CLOSE_RANGE_UNSHARE
}

// The child makes a dozen calls: to look again and again is sooner over than to
// sleep and be woken, which takes a virtual machine some 50 µs.
bool look_for_a_moment(pid_t pid, siginfo_t& end) noexcept {
  const Deadline moment = Deadline::after(std::chrono::microseconds(200));
  while (!moment.passed()) {
    if (peek(P_PID, pid, end, WNOHANG | __WALL) == 0 && end.si_pid != 0) return true;
    raw::call(SYS_sched_yield);
  }
  return false;
}

// Waits for the end of the child and leaves it unreaped; returns the signal that
// killed it, SIGSYS if that is unknown.
int await_end_of(pid_t pid) noexcept {
  siginfo_t end{};
  if (!look_for_a_moment(pid, end) && peek(P_PID, pid, end, __WALL) < 0) return SIGSYS;
  return end.si_code == CLD_EXITED ? SIGSYS : end.si_status;
}

// Starts children until one survives: each one killed by a filter has recorded
// the call. The last is left to be reaped. Errors: `-errno`.
long taste(Features& found, ProbeMarks& marks, Fd& pidfd) noexcept {
  Stack stack;
  choose_risks(marks);
  for (;;) {
    int number = -1;
    const long pid = start_best_child(found, stack, marks, number);
    pidfd = Fd(number);
    if (pid < 0) return pid;
    const int signal = await_end_of(static_cast<pid_t>(pid));
    const int died_at = __atomic_load_n(&marks.tasting, __ATOMIC_ACQUIRE);
    if (died_at < 0) return pid;
    while (raw::call(SYS_wait4, pid, nullptr, __WALL, nullptr) == -EINTR) {
    }
    if (signal != SIGSYS) return -EAGAIN;  // another process killed it
    found.deadly = marks.deadly |= tasted_bit(static_cast<Tasted>(died_at));
    marks.tasting = -1;
  }
}

void probe_child_features(Features& found) noexcept {
  Fd canary(::open("/", O_PATH | O_CLOEXEC));
  if (!canary) return learn_alone(found, -errno);
  ProbeMarks marks{.canary = canary.get()};
  Fd pidfd;
  const SignalGuard guard;
  const long pid = taste(found, marks, pidfd);
  if (pid < 0) return learn_alone(found, static_cast<int>(pid));
  reap_and_learn(found, static_cast<pid_t>(pid), std::move(pidfd));
  learn_from_marks(found, marks, std::move(canary));
}

// The result of a call by this process that has no lasting effect.
template <class Try>
void probe_call(Features& found, Feature feature, Tasted call, Try attempt) noexcept {
  found[feature] = found.kills(call) ? -EPERM : static_cast<int>(std::min(0L, attempt()));
}

long close_pair(long made, const int* ends) noexcept {
  if (made < 0) return -errno;
  ::close(ends[0]);
  ::close(ends[1]);
  return 0;
}

void probe_marked_pipe(Features& found) noexcept {
  int ends[2];
  probe_call(found, Feature::marked_pipe, Tasted::pipe2,
             [&] { return close_pair(::pipe2(ends, O_CLOEXEC), ends); });
}

void probe_mailbox(Features& found) noexcept {
  int ends[2];
  probe_call(found, Feature::mailbox, Tasted::socketpair, [&] {
    return close_pair(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), ends);
  });
}

void probe_mark(Features& found) noexcept {
  probe_call(found, Feature::mark_cloexec, Tasted::close_range,
             [] { return raw::call(nr_close_range, ~0U, ~0U, close_range_cloexec); });
}

void probe_robust_list(Features& found) noexcept {
  probe_call(found, Feature::robust_list, Tasted::get_robust_list, [] {
    void* head = nullptr;
    std::size_t size = 0;
    return raw::call(SYS_get_robust_list, 0, &head, &size);
  });
}

// Never freed, nor is the one that it replaced: threads may read both until the
// process ends. There is one for each optional feature at most.
struct KnownFeatures {
  Features features;
  const KnownFeatures* replaced = nullptr;
};

std::atomic<const KnownFeatures*> known{nullptr};
std::atomic<const Features*> pretended{nullptr};

// The kernel's answer to a clone3 that cannot succeed: `refused_by` if it knows
// every flag. The child would share everything, since the kernel copies before
// it checks the invalid part.
int try_clone3(CloneRequest request, int refused_by) noexcept {
  Stack stack;
  ProbeMarks marks{};
  request.flags |= CLONE_VM | CLONE_FILES | CLONE_FS | clone_pidfd;
  request.stack = stack.bytes;
  request.stack_size = sizeof stack.bytes;
  const long result = clone_child(request, forklift_probe_child, &marks);
  if (result > 0) {  // no kernel does; the child must not outlive its stack
    while (raw::call(SYS_wait4, result, nullptr, __WALL, nullptr) == -EINTR) {
    }
    return -EOPNOTSUPP;
  }
  return result == -refused_by ? 0 : static_cast<int>(result);
}

void probe_clone3(Features& found) noexcept {
  if (found.kills(Tasted::clone3)) return refuse(found, {Feature::clone3}, -EPERM);
  const SignalGuard guard;
  // The number of its pidfd cannot be stored there.
  int* const nowhere = reinterpret_cast<int*>(~std::uintptr_t{0} - 7);
  found[Feature::clone3] = try_clone3({.flags = clone_clear_sighand, .pidfd = nowhere}, EFAULT);
}

// What clone3 can do besides. No descriptor can have the number INT_MAX.
void probe_into_cgroup(Features& found) noexcept {
  found[Feature::into_cgroup] = found[Feature::clone3];
  if (!found.works(Feature::clone3)) return;
  const SignalGuard guard;
  int pidfd = -1;
  found[Feature::into_cgroup] = try_clone3({.pidfd = &pidfd, .cgroup = INT_MAX}, EBADF);
}

// With the right to it, which only a child that gains no privileges needs not. A
// child that is reaped by the kernel has no exit signal.
void probe_autokill(Features& found) noexcept {
  found[Feature::autokill] = found[Feature::clone3];
  if (!found.works(Feature::clone3)) return;
  const SignalGuard guard;
  int pidfd = -1;
  found[Feature::autokill] = try_clone3({.flags = clone_autoreap | clone_pidfd_autokill | clone_nnp,
                                         .exit_signal = 0,
                                         .pidfd = &pidfd,
                                         .cgroup = INT_MAX},
                                        EBADF);
  // There is no other way to learn how such a child ended.
  if (found.works(Feature::autokill)) found[Feature::autokill] = found[Feature::exit_info];
}

void probe_child_and_marks(Features& found) noexcept {
  if (runs_under_valgrind()) {
    // It ends the program at a clone(2) that is neither fork, vfork nor thread.
    learn_alone(found, -EOPNOTSUPP);
    refuse(found, {Feature::clone3}, -EOPNOTSUPP);
  } else {
    probe_child_features(found);
    probe_clone3(found);
  }
  probe_mark(found);
  found.asked = all_features & ~optional_features;
}

// Asks for what is needed and was not asked for. Everything rests on what the child
// of the probe found out: which calls a filter kills for.
void ask(Features& found, FeatureSet needed) noexcept {
  static constexpr std::pair<Feature, void (*)(Features&) noexcept> questions[] = {
      {Feature::into_cgroup, probe_into_cgroup},
      {Feature::autokill, probe_autokill},
      {Feature::robust_list, probe_robust_list},
      {Feature::mailbox, probe_mailbox},
      {Feature::marked_pipe, probe_marked_pipe}};
  if (found.asked == 0) probe_child_and_marks(found);
  for (const auto& [feature, question] : questions) {
    if (!(needed & ~found.asked & feature_bit(feature))) continue;
    question(found);
    found.asked |= feature_bit(feature);
  }
}

}  // namespace

int Features::shortage() const noexcept {
  const auto short_of =
      std::ranges::find_if(refused, [](int error) { return is_shortage(-error); });
  return short_of == refused.end() ? 0 : -*short_of;
}

Features Features::only(FeatureSet wanted) const noexcept {
  Features part = *this;
  part.asked &= wanted;
  for (std::size_t i = 0; i < feature_count; ++i) {
    if (!(part.asked >> i & 1)) part.refused[i] = 0;
  }
  return part;
}

Features probe(FeatureSet needed) noexcept {
  Features found;
  ask(found, needed);
  return found;
}

const Features& features(FeatureSet needed) noexcept {
  if (const Features* const told = pretended.load(std::memory_order_acquire)) return *told;
  const KnownFeatures* current = known.load(std::memory_order_acquire);
  for (;;) {
    if (current && (needed & ~current->features.asked) == 0) return current->features;
    static thread_local Features unkept;
    unkept = current ? current->features : Features();
    ask(unkept, needed);
    if (unkept.shortage() != 0) return unkept;
    auto* const fresh = new (std::nothrow) KnownFeatures{unkept, current};
    if (!fresh) return unkept;
    if (known.compare_exchange_strong(current, fresh, std::memory_order_acq_rel)) {
      return fresh->features;
    }
    delete fresh;
  }
}

void pretend(const Features* features) noexcept {
  pretended.store(features, std::memory_order_release);
}

}  // namespace forklift::kernel
