// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The parent's half of a launch. `start` brings what the child needs and makes
// the child; `await` waits for the kernel to say that the child has left our
// memory; `conclude` reads what it left behind.

#include "launch/engine.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <forklift/fork_lock.hpp>
#include <mutex>
#include <optional>

#include "kernel/clone.hpp"
#include "kernel/fork_mark.hpp"
#include "kernel/numbers.hpp"
#include "kernel/probe.hpp"
#include "kernel/raw.hpp"
#include "kernel/signal_guard.hpp"
#include "kernel/wait.hpp"
#include "launch/child_side.hpp"
#include "launch/leftovers.hpp"
#include "launch/letter.hpp"
#include "launch/quote.hpp"
#include "launch/tally.hpp"

namespace forklift::launch {
namespace {

using kernel::Deadline;
using kernel::Feature;
using Trouble = std::optional<Failure>;

template <class T>
T& in_frame(const InFlight& record, long offset) noexcept {
  return *reinterpret_cast<T*>(reinterpret_cast<std::byte*>(&record.frame()) + offset);
}

// --- before the clone ------------------------------------------------------------

Trouble open_pipe(InFlight& record, const Source& source) {
  auto made = fork_exec_pipe();
  if (!made) {
    return Failure{Step::pipe, "for descriptor " + std::to_string(source.target),
                   made.error().value()};
  }
  const bool child_reads = source.kind == Source::Kind::pipe_to_child;
  Fd& childs = child_reads ? made->reading : made->writing;
  Fd& ours = child_reads ? made->writing : made->reading;
  in_frame<int>(record, source.cell) = childs.get();
  record.childs.push_back(std::move(childs));
  record.ours.push_back({source.target, std::move(ours)});
  return std::nullopt;
}

Trouble bring_sources(InFlight& record) {
  for (const Source& source : record.plan->sources) {
    if (source.kind == Source::Kind::borrowed) {
      in_frame<int>(record, source.cell) = source.descriptor;
    } else if (auto trouble = open_pipe(record, source)) {
      return trouble;
    }
  }
  return std::nullopt;
}

// Which of a letter's descriptors the kernel did not like: one that is not open,
// or (EINVAL) one of a kind that does not travel, such as io_uring's.
std::string describe_letter(const Prepared& plan, const Letter& letter) {
  for (int i = 0; i < letter.count; ++i) {
    const Source& source = plan.sources[static_cast<std::size_t>(letter.first + i)];
    const bool borrowed = source.kind == Source::Kind::borrowed;
    if (borrowed && (letter.count == 1 || ::fcntl(source.descriptor, F_GETFD) < 0)) {
      return name_of(source);
    }
  }
  return std::to_string(letter.count) + " descriptors";
}

// The letter's space in the frame serves twice: filled to send, and, emptied,
// to receive. Numbers that do not arrive stay -1 and fail when they are used.
void address_letter(const InFlight& record, const Letter& letter) {
  auto& space = in_frame<LetterSpace>(record, letter.place);
  const std::size_t bytes = sizeof(int) * static_cast<std::size_t>(letter.count);
  space.part = {&space.byte, 1};
  space.header = {};
  space.header.msg_iov = &space.part;
  space.header.msg_iovlen = 1;
  space.header.msg_control = &space + 1;
  space.header.msg_controllen = CMSG_SPACE(bytes);
  auto& control = *static_cast<cmsghdr*>(space.header.msg_control);
  control.cmsg_len = CMSG_LEN(bytes);
  control.cmsg_level = SOL_SOCKET;
  control.cmsg_type = SCM_RIGHTS;
}

Trouble send_letters(InFlight& record) {
  if (record.plan->letters.empty()) return std::nullopt;
  if (const long error = record.mailbox.open(); error < 0) {
    return Failure{Step::mail, "mailbox", static_cast<int>(-error)};
  }
  note_mailbox(record.mailbox.receiving());
  record.letters_pending = true;
  for (const Letter& letter : record.plan->letters) {
    address_letter(record, letter);
    const long sent = record.mailbox.send(&in_frame<LetterSpace>(record, letter.place).header);
    if (sent < 0) {
      return Failure{Step::mail, describe_letter(*record.plan, letter), static_cast<int>(-sent)};
    }
    int* const numbers = &in_frame<int>(record, letter.place + descriptor_in_letter(0));
    std::fill_n(numbers, letter.count, -1);
  }
  record.childs.clear();  // they travel in the letters now
  return std::nullopt;
}

Trouble open_report(InFlight& record) {
  if (!record.plan->reports_by_pipe) return std::nullopt;
  auto made = fork_exec_pipe();
  if (!made) return Failure{Step::pipe, "for the report", made.error().value()};
  record.frame().report = made->writing.get();
  record.report = std::move(made->reading);
  record.childs.push_back(std::move(made->writing));
  return std::nullopt;
}

void fill_frame(const InFlight& record) {
  Frame& frame = record.frame();
  const Prepared& plan = *record.plan;
  frame.mailbox = record.mailbox.receiving();
  frame.kept = std::max(frame.mailbox + 1, least_kept);
  frame.environment = plan.environment ? plan.environment->get() : ::environ;
  frame.mask = plan.mask;
  frame.outcome = {};
  frame.plan = {plan.calls.data(), static_cast<int>(plan.calls.size())};
  RobustList& list = frame.robust;
  list.entry = &list.node;
  list.node = &list.entry;
  list.pending = nullptr;
  list.futex_offset = reinterpret_cast<char*>(&frame.running) - reinterpret_cast<char*>(&list.node);
}

// --- the clone ---------------------------------------------------------------------

kernel::CloneRequest request_for(const InFlight& record, int& pidfd) {
  const kernel::Features& features = kernel::features();
  const Engine engine = record.plan->engine;
  Frame& frame = record.frame();
  kernel::CloneRequest request{.stack = record.memory.stack(),
                               .stack_size = record.memory.stack_size(),
                               .clone3 = features.works(Feature::clone3)};
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
  }
  return request;
}

// Where descriptors cannot be opened close-on-exec in one step, a child that
// copies the table could copy one that is not marked yet.
std::unique_lock<ForkLock> exclude_creators(const InFlight& record) {
  const bool copies = record.plan->engine != Engine::shared_table;
  if (!copies || kernel::features().works(Feature::marked_pipe)) return {};
  return std::unique_lock(fork_lock());
}

Trouble make_child(InFlight& record) {
  int pidfd = -1;
  Frame& frame = record.frame();
  const kernel::CloneRequest request = request_for(record, pidfd);
  long pid;
  {
    const auto launching = exclude_creators(record);
    const kernel::SignalGuard guard;
    if (record.plan->inherit_mask) frame.mask = guard.before();
    __atomic_store_n(&frame.running, 1, __ATOMIC_RELEASE);
    pid = kernel::clone_child(request, forklift_child_side, &frame);
  }
  if (pid < 0) return Failure{Step::clone, "", static_cast<int>(-pid)};
  if (pidfd < 0 && kernel::features().works(Feature::pidfd)) {
    pidfd = static_cast<int>(std::max(-1L, kernel::raw::call(kernel::nr_pidfd_open, pid, 0)));
  }
  record.pid = static_cast<pid_t>(pid);
  record.pidfd = Fd(pidfd);
  return std::nullopt;
}

// --- after it ------------------------------------------------------------------------

bool has_died(const InFlight& record) noexcept {
  siginfo_t end{};
  const long got =
      kernel::raw::call(SYS_waitid, P_PID, record.pid, &end, WEXITED | WNOHANG | WNOWAIT, nullptr);
  return got < 0 || end.si_pid != 0;
}

// A child that is killed before its first call has no robust list yet, and
// leaves no mark: look for that now and then.
bool await_mark(const InFlight& record, Deadline deadline) noexcept {
  for (;;) {
    const Deadline slice = deadline.sooner(Deadline::after(std::chrono::milliseconds(50)));
    if (kernel::wait_until_owner_died(record.frame().running, slice)) return true;
    if (has_died(record)) return true;
    if (deadline.passed()) return false;
  }
}

std::string subject_at(const InFlight& record) {
  const Prepared& plan = *record.plan;
  const auto at = static_cast<std::size_t>(record.frame().outcome.call);
  if (at < plan.subjects.size()) return plan.subjects[at];
  return quote(plan.program) + " (searched in " + plan.searched + ")";
}

Step step_at(const InFlight& record) {
  const auto& calls = record.plan->calls;
  const auto at = static_cast<std::size_t>(record.frame().outcome.call);
  return at < calls.size() ? calls[at].step : Step::exec;
}

// execve(2) says ENOENT, too, when the file is there and the interpreter or
// loader that it names is not.
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
  return {step, std::move(subject), outcome.error};
}

// The child reports its errors, so one that ended without a word was killed.
Failure killed_on_the_way(const InFlight& record, const kernel::Reaped& end) {
  std::string subject = subject_at(record);
  if (!subject.empty()) subject += ": ";
  subject += end.state == kernel::Reaped::State::ended
                 ? "the child was killed by signal " + std::to_string(end.status & 0x7f)
                 : std::string("the child was killed");
  return {step_at(record), std::move(subject), ECANCELED};
}

}  // namespace

std::expected<InFlightPtr, Failure> start(PreparedRef plan) {
  clear_up();
  const bool mails = !plan->letters.empty();
  InFlightPtr record = take_in_flight(plan->engine, plan->frame_bytes, mails);
  if (!record) return std::unexpected(Failure{Step::memory, "for the child's stack", ENOMEM});
  record->plan = std::move(plan);
  for (const auto prepare : {bring_sources, send_letters, open_report}) {
    if (auto trouble = prepare(*record)) return std::unexpected(std::move(*trouble));
  }
  fill_frame(*record);
  if (auto trouble = make_child(*record)) return std::unexpected(std::move(*trouble));
  record->childs.clear();
  const auto limit = record->plan->deadline;
  record->deadline = limit ? Deadline::after(*limit) : Deadline::never();
  return record;
}

bool await(const InFlight& record, Deadline deadline) noexcept {
  if (record.mark != kernel::fork_mark()) return true;  // the other half's launch
  if (record.report) return kernel::wait_until_readable(record.report.get(), deadline);
  if (record.plan->engine == Engine::fork) return await_mark(record, deadline);
  return kernel::wait_until_cleared(record.frame().running, deadline);
}

std::expected<void, Failure> conclude(InFlight& record) {
  if (record.mark != kernel::fork_mark()) {
    return std::unexpected(Failure{Step::clone, "by this process before it was forked", ECHILD});
  }
  const Outcome& outcome = record.frame().outcome;
  if (outcome.retries) tally().add(tally().retries, static_cast<std::uint64_t>(outcome.retries));
  if (outcome.error == 0 && outcome.call >= record.plan->first_exec) {
    record.letters_pending = false;
    tally().launched(record.plan->engine);
    return {};
  }
  if (step_at(record) > Step::receive) record.letters_pending = false;
  const kernel::Reaped end = kernel::reap(record.process());
  return std::unexpected(outcome.error ? failure_of(record) : killed_on_the_way(record, end));
}

void give_up(InFlightPtr record) noexcept {
  if (record->mark != kernel::fork_mark()) return;
  kernel::send_signal(record->process(), SIGKILL);
  const auto soon = Deadline::after(std::chrono::milliseconds(20));
  if (kernel::reap(record->process(), soon).state != kernel::Reaped::State::running) return;
  tally().add(tally().abandoned);
  leave_behind(std::move(record));
}

Failure overdue(const InFlight& record) {
  const auto span =
      std::chrono::duration_cast<std::chrono::milliseconds>(record.plan->deadline.value());
  std::string subject =
      std::to_string(span.count()) + " ms passed in '" + std::string(name(step_at(record))) + "'";
  if (const std::string at = subject_at(record); !at.empty()) subject += " " + at;
  return {Step::deadline, std::move(subject), ETIMEDOUT};
}

}  // namespace forklift::launch
