// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The parent's half of a launch. `start` provides the resources and creates the
// child; `await` waits until the kernel reports that the child has left our
// memory; `conclude` reads the outcome.

#include "launch/parent_side.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "kernel/fork_generation.hpp"
#include "kernel/process.hpp"
#include "kernel/raw.hpp"
#include "kernel/wait.hpp"
#include "launch/clone_child.hpp"
#include "launch/orphans.hpp"
#include "launch/resources.hpp"
#include "types/quote.hpp"
#include "launch/counters.hpp"
#include "launch/too_big.hpp"

namespace forklift::launch {
namespace {

using kernel::Deadline;

bool has_died(const InFlight& record) noexcept {
  const auto at_once = Deadline::after(std::chrono::nanoseconds(0));
  if (record.pidfd) return kernel::wait_until_readable(record.pidfd.get(), at_once);
  siginfo_t end{};
  const long got = kernel::peek(P_PID, record.pid, end, WNOHANG | __WALL);
  return got < 0 || end.si_pid != 0;
}

// The child may still be writing, so this is not a plain load.
std::size_t call_of(const InFlight& record) noexcept {
  return static_cast<std::size_t>(__atomic_load_n(&record.frame().outcome.call, __ATOMIC_ACQUIRE));
}

std::string subject_at(const InFlight& record) {
  const CompiledPlan& plan = *record.plan;
  const std::size_t at = call_of(record);
  if (at < plan.subjects.size()) return plan.subjects[at];
  return quote(plan.program) + " (searched in " + plan.searched + ")";
}

Step step_at(const InFlight& record) {
  const auto& calls = record.plan->calls;
  const std::size_t at = call_of(record);
  return at < calls.size() ? calls[at].step : Step::exec;
}

// execve(2) also returns ENOENT if the file exists and its interpreter or
// loader does not.
std::string explain_missing(const std::string& subject, const InFlight& record) {
  const std::string& program = record.plan->program;
  const bool is_there = program.front() == '/' && ::access(program.c_str(), F_OK) == 0;
  return is_there ? subject + ", whose interpreter is missing" : subject;
}

Failure failure_of(const InFlight& record) {
  const Outcome& outcome = record.frame().outcome;
  std::string subject = subject_at(record);
  const Step step = step_at(record);
  if (step == Step::exec && outcome.error == ENOENT) subject = explain_missing(subject, record);
  if (outcome.error == E2BIG) subject = explain_too_big(subject, *record.plan, record.frame());
  if (step == Step::exec && outcome.error == ENOEXEC) {
    subject += ", which is not a program (Command::allow_shell has /bin/sh run it)";
  }
  return {step, std::move(subject), outcome.error};
}

// The second stage's report, as if its calls had been made in our frame: empty
// until it is at exec, so a child that ends before was killed there.
void take_report(const InFlight& record) noexcept {
  Outcome& outcome = record.frame().outcome;
  const int first = record.plan->second_stage;
  if (first == 0 || outcome.error != 0 || static_cast<int>(call_of(record)) < first - 1) return;
  Outcome told;
  // A child that reports no more may not have hung up: a message is
  // undelivered, or another process has a copy of the end.
  kernel::raw::call(SYS_fcntl, record.report.get(), F_SETFL, O_NONBLOCK);
  while (kernel::raw::call(SYS_read, record.report.get(), &told, sizeof told) == sizeof told) {
    outcome.error = told.error;
    outcome.retries += told.retries;
    outcome.lock = told.lock;
    __atomic_store_n(&outcome.call, told.call + first, __ATOMIC_RELEASE);
  }
}

bool is_ready(const InFlight& record) noexcept {
  return call_of(record) >= static_cast<std::size_t>(record.plan->ready);
}

// A child at exec holds a lock on its end of the pipe until that is closed,
// whatever copies exist.
bool has_let_go(const InFlight& record) noexcept {
  take_report(record);
  if (!record.report || !is_ready(record) || record.frame().outcome.lock != 0) return false;
  struct flock found {};
  found.l_type = F_RDLCK;
  return kernel::raw::call(SYS_fcntl, record.report.get(), F_GETLK, &found) == 0 &&
         found.l_type == F_UNLCK;
}

// The expected announcement may fail to come: a child killed before its first
// call has no robust list yet and leaves no mark, and a third process can hold
// the end of a pipe. So check the child now and then.
template <class Announcement>
bool await_child(const InFlight& record, Deadline deadline, Announcement announced) noexcept {
  for (;;) {
    if (announced(deadline.sooner(Deadline::after(std::chrono::milliseconds(20))))) return true;
    if (has_let_go(record) || has_died(record)) return true;
    if (deadline.passed()) return false;
  }
}

// The child reports its errors, so one that ended without a report was killed.
Failure killed_on_the_way(const InFlight& record, const kernel::Reaped& end) {
  std::string subject = subject_at(record);
  if (!subject.empty()) subject += ": ";
  subject += end.state == kernel::Reaped::State::ended
                 ? "the child was killed by signal " + std::to_string(end.status & 0x7f)
                 : std::string("the child was killed");
  return {step_at(record), std::move(subject), ECANCELED};
}

}  // namespace

std::expected<InFlightPtr, Failure> start(CompiledPlanRef plan) {
  reap_orphans();
  const bool mails = !plan->messages.empty();
  InFlightPtr record = take_in_flight(plan->engine, plan->frame_bytes, mails);
  if (!record) return std::unexpected(Failure{Step::memory, "for the child's stack", ENOMEM});
  record->plan = std::move(plan);
  if (auto trouble = acquire_resources(*record)) return std::unexpected(std::move(*trouble));
  if (auto trouble = clone_child(*record)) return std::unexpected(std::move(*trouble));
  record->childs.clear();
  record->cgroup.descriptor.reset();
  const auto limit = record->plan->deadline;
  record->deadline = limit ? Deadline::after(*limit) : Deadline::never();
  if (auto trouble = open_gate(*record)) {
    give_up(std::move(record));
    return std::unexpected(std::move(*trouble));
  }
  return record;
}

bool await(const InFlight& record, Deadline deadline) noexcept {
  if (record.mark != kernel::fork_generation()) return true;  // a launch of another process
  const CompiledPlan& plan = *record.plan;
  if (plan.second_stage || plan.reports_by_pipe) {
    return await_child(record, deadline, [&record](Deadline slice) {
      return kernel::wait_until_hung_up(record.report.get(), record.pidfd.get(), slice);
    });
  }
  if (plan.engine != Engine::fork) {
    return kernel::wait_until_cleared(record.frame().running, deadline);
  }
  return await_child(record, deadline, [&record](Deadline slice) {
    return kernel::wait_until_owner_died(record.frame().running, slice);
  });
}

std::expected<void, Failure> conclude(InFlight& record) {
  if (record.mark != kernel::fork_generation()) {
    return std::unexpected(Failure{Step::clone, "by this process before it was forked", ECHILD});
  }
  take_report(record);
  const Outcome& outcome = record.frame().outcome;
  if (outcome.retries)
    launch_counters().add(launch_counters().retries, static_cast<std::uint64_t>(outcome.retries));
  if (outcome.error == 0 && is_ready(record)) {
    record.messages_pending = false;
    launch_counters().launched(record.plan->engine);
    return {};
  }
  if (step_at(record) > Step::receive) record.messages_pending = false;
  const kernel::Reaped end = kernel::reap(record.process());
  if (outcome.error) return std::unexpected(failure_of(record));
  if (!record.stopped) return std::unexpected(killed_on_the_way(record, end));
  return std::unexpected(record.deadline.passed() ? overdue(record) : unwanted(record));
}

ChildPosition position_of(const InFlight& record) { return {step_at(record), subject_at(record)}; }

Guarantees guarantees_of(const InFlight& record) noexcept {
  const CompiledPlan& plan = *record.plan;
  Guarantees given;
  if (plan.made_for.parent) {
    given.parent_death = record.autokill ? ParentDeath::pidfd : ParentDeath::signal;
  }
  if (plan.cgroup) given.cgroup = plan.joins_cgroup ? CgroupEntry::write : CgroupEntry::clone;
  if (plan.leads_group) given.tree = Tree::group;
  if (!record.cgroup.own.path().empty()) given.tree = Tree::cgroup;
  return given;
}

void stop(InFlight& record) noexcept {
  if (record.mark != kernel::fork_generation()) return;
  record.stopped = true;
  kernel::send_signal(record.process(), SIGKILL);
}

Failure unwanted(const InFlight& record) { return {step_at(record), "cancelled", ECANCELED}; }

void give_up(InFlightPtr record) noexcept {
  if (record->mark != kernel::fork_generation()) return;
  // One that has become another user is not waited for at all.
  const bool killed = kernel::send_signal(record->process(), SIGKILL) != -EPERM;
  const auto soon = Deadline::after(std::chrono::milliseconds(killed ? 20 : 0));
  if (kernel::reap(record->process(), soon).state != kernel::Reaped::State::running) return;
  launch_counters().add(launch_counters().abandoned);
  adopt_orphan(std::move(record));
}

Failure overdue(const InFlight& record) {
  // A negative deadline has passed at once.
  const auto span = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::max(record.plan->deadline.value(), std::chrono::nanoseconds(0)));
  std::string subject =
      std::to_string(span.count()) + " ms passed in '" + std::string(name(step_at(record))) + "'";
  if (const std::string at = subject_at(record); !at.empty()) subject += " " + at;
  return {Step::deadline, std::move(subject), ETIMEDOUT};
}

}  // namespace forklift::launch