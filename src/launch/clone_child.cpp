// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The moment of the clone. All signals are blocked around it, so that no
// handler runs in a child that shares our memory. The launching thread creates
// the child itself, except where the kernel ties something to the thread: a
// child that dies with its parent dies with the thread that created it, and a
// thread that joins a pid namespace creates all later children there. Then a
// thread of ours creates the child.

#include "launch/clone_child.hpp"

#include <errno.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <forklift/fork_lock.hpp>
#include <mutex>

#include "kernel/above_stdio.hpp"
#include "kernel/numbers.hpp"
#include "kernel/probe.hpp"
#include "kernel/process.hpp"
#include "kernel/raw.hpp"
#include "kernel/shortage.hpp"
#include "kernel/signal_guard.hpp"
#include "kernel/wait.hpp"
#include "child/child_side.hpp"
#include "launch/id_maps.hpp"
#include "launch/launcher_thread.hpp"
#include "launch/resources.hpp"
#include "plan/isolation_steps.hpp"

namespace forklift::launch {
namespace {

using kernel::Feature;
using Trouble = std::optional<Failure>;

// Where descriptors cannot be opened close-on-exec in one step, a child that
// copies the table could copy one before it is marked.
std::unique_lock<ForkLock> exclude_creators(const InFlight& record) {
  const bool copies = record.plan->engine != Engine::shared_table;
  if (!copies || kernel::works(Feature::marked_pipe)) return {};
  return std::unique_lock(fork_lock());
}

// The part of the clone that was refused, as far as errno shows (clone(2)).
Failure refused_clone(const CompiledPlan& plan, int error) {
  const bool by_cgroup =
      error == EACCES || error == EBUSY || error == EOPNOTSUPP || error == ENODEV || error == EBADF;
  if (plan.cgroup && !plan.joins_cgroup && by_cgroup) {
    return {Step::cgroup, name_of(*plan.cgroup), error};
  }
  return {Step::clone, plan.namespaces ? "with namespaces " + names_of(plan.namespaces) : "",
          error};
}

long clone_once(InFlight& record) noexcept {
  int pidfd = -1;
  Frame& frame = record.frame();
  const kernel::CloneRequest request = request_for(record, pidfd);
  const kernel::SignalGuard guard;
  __atomic_store_n(&frame.running, 1, __ATOMIC_RELEASE);
  const long pid = kernel::clone_child(request, forklift_child_side, &frame);
  record.pidfd = kernel::above_stdio(Fd(pidfd));
  return pid;
}

// A child that may gain privileges dies with its pidfd only if the caller has
// CAP_SYS_ADMIN (Linux 7.1); the plan always has PR_SET_PDEATHSIG.
long clone_tied(InFlight& record) noexcept {
  record.autokill = record.plan->made_for.parent && kernel::works(Feature::autokill);
  const long pid = clone_once(record);
  if (pid != -EPERM || !record.autokill) return pid;
  record.autokill = false;
  return clone_once(record);
}

struct Cloning {
  InFlight& record;
  long pid = -EAGAIN;
  int joined = 0;  // the errno of joining the pid namespace
};

// A caller of setns(2) for a pid namespace stays outside; its children are in
// the new one. This affects one thread, which ends here.
void clone_here(void* argument) noexcept {
  auto& cloning = *static_cast<Cloning*>(argument);
  const int pid_namespace = cloning.record.plan->pid_namespace;
  if (pid_namespace >= 0) {
    const long joined = kernel::raw::call(SYS_setns, pid_namespace, CLONE_NEWPID);
    cloning.joined = static_cast<int>(-joined);
    if (joined < 0) return;
  }
  cloning.pid = clone_tied(cloning.record);
}

Trouble clone_from_right_thread(Cloning& cloning) {
  const CompiledPlan& plan = *cloning.record.plan;
  const auto launching = exclude_creators(cloning.record);
  int error = 0;
  if (plan.pid_namespace >= 0) {
    error = run_on_temporary_thread(clone_here, &cloning);
  } else if (plan.made_for.parent) {
    error = run_on_thread_of_child(clone_here, &cloning);
  } else {
    clone_here(&cloning);
  }
  if (error != 0) return Failure{Step::clone, "by a helper thread", error};
  if (cloning.joined == 0) return std::nullopt;
  return Failure{Step::join, "pid by descriptor " + std::to_string(plan.pid_namespace),
                 cloning.joined};
}

// A shortage of descriptors is no reason to wait by pid for a child that can be
// waited for by its pidfd.
Trouble open_pidfd(InFlight& record) {
  const long opened = kernel::raw::call(kernel::nr_pidfd_open, record.pid, 0);
  record.pidfd = kernel::above_stdio(Fd(static_cast<int>(std::max(-1L, opened))));
  const int error = static_cast<int>(-opened);
  if (record.pidfd || !kernel::is_shortage(error)) return std::nullopt;
  kernel::raw::call(SYS_kill, record.pid, SIGKILL);
  kernel::reap(record.process());
  return Failure{Step::clone, "its pidfd", error};
}

}  // namespace

kernel::CloneRequest request_for(const InFlight& record, int& pidfd) {
  const kernel::Features& features = kernel::features();
  const Engine engine = record.plan->engine;
  Frame& frame = record.frame();
  kernel::CloneRequest request{.stack = record.memory.stack(),
                               .stack_size = record.memory.stack_size(),
                               .cgroup = record.plan->joins_cgroup ? -1 : cgroup_of(record),
                               .clone3 = features.works(Feature::clone3)};
  request.flags |= record.plan->namespaces;
  if (request.clone3) request.flags |= kernel::clone_clear_sighand;
  if (engine == Engine::fork) {
    request.flags |= CLONE_PARENT_SETTID;
    request.tid = &frame.running;
  } else {
    request.flags |= CLONE_VM | CLONE_CHILD_CLEARTID;
    if (engine == Engine::shared_table) request.flags |= CLONE_FILES;
    request.word = &frame.running;
  }
  const bool one_pointer = request.tid && !request.clone3;
  if (features.works(Feature::pidfd) && features.pidfd_by_clone && !one_pointer) {
    request.flags |= kernel::clone_pidfd;
    request.pidfd = &pidfd;
    if (record.autokill) {
      request.flags |= kernel::clone_autoreap | kernel::clone_pidfd_autokill;
      request.exit_signal = 0;  // a child that the kernel reaps has none
    }
    if (record.autokill && record.plan->no_new_privileges) request.flags |= kernel::clone_nnp;
  }
  return request;
}

std::optional<Failure> clone_child(InFlight& record) {
  Cloning cloning{record};
  if (auto trouble = clone_from_right_thread(cloning)) return trouble;
  if (cloning.pid < 0) return refused_clone(*record.plan, static_cast<int>(-cloning.pid));
  record.pid = static_cast<pid_t>(cloning.pid);
  if (record.pidfd || !kernel::features().works(Feature::pidfd)) return std::nullopt;
  return open_pidfd(record);
}

std::optional<Failure> open_gate(InFlight& record) {
  if (!record.plan->id_maps) return std::nullopt;
  if (auto trouble = write_id_maps(record.pid, *record.plan->id_maps)) return trouble;
  std::uint32_t& gate = record.frame().gate;
  __atomic_store_n(&gate, 1, __ATOMIC_RELEASE);
  kernel::wake_all(gate);
  return std::nullopt;
}

}  // namespace forklift::launch
