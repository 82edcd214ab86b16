// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// What the parent brings to a launch before the clone: pipes, the pseudoterminal, the
// cgroup, the second stage's program. With the engine `shared_table` the child's ends
// are sent as messages (SCM_RIGHTS) through the record's own socket pair before the
// child exists, and our copies are closed at once: the kernel keeps them alive until
// the child receives them, and no other child can inherit what no table holds.

#include "launch/resources.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <forklift/fork_lock.hpp>

#include "kernel/pseudoterminal.hpp"
#include "child/fd_message.hpp"
#include "child/second_stage_program.hpp"

namespace forklift::launch {
namespace {

using Trouble = std::optional<Failure>;

// The object at an offset of the record's frame.
template <class T>
T& in_frame(const InFlight& record, long offset) noexcept {
  return *reinterpret_cast<T*>(reinterpret_cast<std::byte*>(&record.frame()) + offset);
}

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

Trouble open_report(InFlight& record, int& childs) {
  auto made = fork_exec_pipe();
  if (!made) return Failure{Step::pipe, "for the report", made.error().value()};
  childs = made->writing.get();
  record.report = std::move(made->reading);
  record.childs.push_back(std::move(made->writing));
  return std::nullopt;
}

Trouble open_terminal(InFlight& record, int& childs) {
  auto made = kernel::open_pseudoterminal(record.plan->window.value_or(WindowSize()));
  if (!made) return Failure{Step::terminal, "/dev/ptmx", made.error()};
  childs = made->childs.get();
  record.terminal = std::move(made->ours);
  record.childs.push_back(std::move(made->childs));
  return std::nullopt;
}

Trouble enter_cgroup(InFlight& record) {
  if (!record.plan->cgroup) return std::nullopt;
  auto opened = open_cgroup(*record.plan->cgroup);
  if (!opened) return std::move(opened.error());
  record.cgroup = std::move(*opened);
  return std::nullopt;
}

Trouble find_second_stage(int& childs) {
  const auto program = second_stage_program();
  if (!program) return Failure{Step::second_stage, "its program", program.error()};
  childs = *program;
  return std::nullopt;
}

Trouble acquire(InFlight& record, const Source& source) {
  int& childs = in_frame<int>(record, source.cell);
  switch (source.kind) {
    case Source::Kind::borrowed: childs = source.descriptor; return std::nullopt;
    case Source::Kind::terminal: return open_terminal(record, childs);
    case Source::Kind::report: return open_report(record, childs);
    case Source::Kind::cgroup: childs = cgroup_of(record); return std::nullopt;
    case Source::Kind::second_stage: return find_second_stage(childs);
    default: return open_pipe(record, source);
  }
}

Trouble acquire_sources(InFlight& record) {
  for (const Source& source : record.plan->sources) {
    if (auto trouble = acquire(record, source)) return trouble;
  }
  return std::nullopt;
}

// The descriptor of a message that the kernel refused: one that is not open, or
// (EINVAL) one of a kind that cannot be sent, such as io_uring's.
std::string describe_message(const CompiledPlan& plan, const FdMessage& message) {
  for (int i = 0; i < message.count; ++i) {
    const Source& source = plan.sources[static_cast<std::size_t>(message.first + i)];
    const bool borrowed = source.kind == Source::Kind::borrowed;
    if (borrowed && (message.count == 1 || ::fcntl(source.descriptor, F_GETFD) < 0)) {
      return name_of(source);
    }
  }
  return std::to_string(message.count) + " descriptors";
}

// The message's space in the frame serves twice: filled to send, and, emptied,
// to receive. Numbers that do not arrive stay -1 and fail when used.
void address_message(const InFlight& record, const FdMessage& message) {
  auto& space = in_frame<FdMessageBuffer>(record, message.place);
  const std::size_t bytes = sizeof(int) * static_cast<std::size_t>(message.count);
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

Trouble send_messages(InFlight& record) {
  if (record.plan->messages.empty()) return std::nullopt;
  if (const long error = record.mailbox.open(); error < 0) {
    return Failure{Step::mail, "mailbox", static_cast<int>(-error)};
  }
  note_mailbox(record.mailbox.receiving());
  record.messages_pending = true;
  for (const FdMessage& message : record.plan->messages) {
    address_message(record, message);
    const long sent = record.mailbox.send(&in_frame<FdMessageBuffer>(record, message.place).header);
    if (sent < 0) {
      return Failure{Step::mail, describe_message(*record.plan, message), static_cast<int>(-sent)};
    }
    int* const numbers = &in_frame<int>(record, message.place + descriptor_in_message(0));
    std::fill_n(numbers, message.count, -1);
  }
  record.childs.clear();  // the messages hold them now
  return std::nullopt;
}

// Of the engine `fork`, if it has no better way to learn of the end.
Trouble open_end_report(InFlight& record) {
  if (!record.plan->reports_by_pipe) return std::nullopt;
  return open_report(record, record.frame().report);
}

void fill_frame(const InFlight& record) {
  Frame& frame = record.frame();
  const CompiledPlan& plan = *record.plan;
  frame.mailbox = record.mailbox.receiving();
  frame.kept = std::max(frame.mailbox + 1, plan.kept);
  frame.before_mailbox = frame.mailbox - 1;
  frame.environment = plan.environment ? plan.environment->get() : ::environ;
  frame.tell = -1;
  frame.gate = 0;
  frame.outcome = {};
  const auto all = static_cast<int>(plan.calls.size());
  frame.plan = {plan.calls.data(), plan.second_stage ? plan.second_stage : all};
  for (const Fill& fill : plan.fills) in_frame<long>(record, fill.offset) = fill.value;
  RobustList& list = frame.robust;
  list.entry = &list.node;
  list.node = &list.entry;
  list.pending = nullptr;
  list.futex_offset = reinterpret_cast<char*>(&frame.running) - reinterpret_cast<char*>(&list.node);
}

}  // namespace

int cgroup_of(const InFlight& record) noexcept {
  if (record.cgroup.descriptor) return record.cgroup.descriptor.get();
  return record.plan->cgroup ? record.plan->cgroup->descriptor() : -1;
}

std::optional<Failure> acquire_resources(InFlight& record) {
  for (const auto prepare : {enter_cgroup, acquire_sources, send_messages, open_end_report}) {
    if (auto trouble = prepare(record)) return trouble;
  }
  fill_frame(record);
  return std::nullopt;
}

}  // namespace forklift::launch
