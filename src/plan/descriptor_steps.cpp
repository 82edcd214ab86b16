// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// How a child gets exactly its descriptors. It may not close or move any while
// it shares its parent's table, so it leaves that first; then the descriptors
// arrive, are kept on numbers that are not targets, and are moved by dup3(2).
// The others are marked close-on-exec instead of closed, so that exec closes
// them after the parent has continued.

#include "plan/descriptor_steps.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <climits>
#include <cstddef>

#include "kernel/numbers.hpp"
#include "kernel/probe.hpp"
#include "plan/callers_path.hpp"
#include "child/fd_message.hpp"
#include "types/quote.hpp"

namespace forklift::launch {
namespace {

constexpr long all_descriptors = 0xffffffffL;

// For close_each without /proc: a hard limit of a billion would never end.
constexpr long most_descriptors = 1L << 20;

Source source_of_need(const Stream& stream) {
  switch (stream.need) {
    case ExtraFd::report: return {.kind = Source::Kind::report, .target = stream.target};
    case ExtraFd::cgroup: return {.kind = Source::Kind::cgroup, .target = stream.target};
    case ExtraFd::terminal: return {.kind = Source::Kind::terminal, .target = stream.target};
    default: return {.descriptor = stream.borrowed, .target = stream.target};
  }
}

Source source_of(const Stream& stream) {
  if (stream.need != ExtraFd::none) return source_of_need(stream);
  if (stream.terminal) return {.kind = Source::Kind::terminal, .target = stream.target};
  const Stdio& stdio = *stream.stdio;
  if (stdio.kind() == Stdio::Kind::pipe) {
    const bool reads = stdio.direction() == Stdio::Direction::to_child ||
                       (stdio.direction() == Stdio::Direction::by_number && stream.target == 0);
    return {.kind = reads ? Source::Kind::pipe_to_child : Source::Kind::pipe_from_child,
            .target = stream.target};
  }
  const bool inherits = stdio.kind() == Stdio::Kind::inherit;
  return {.descriptor = inherits ? stream.target : stdio.number(), .target = stream.target};
}

int open_flags(const Stream& stream) {
  if (!stream.stdio || stream.stdio->kind() == Stdio::Kind::null) return O_RDWR;
  if (stream.stdio->flags() >= 0) return stream.stdio->flags();
  return stream.target == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
}

}  // namespace

void DescriptorSteps::gather() {
  for (const Stream& stream : streams_) {
    const bool is_needed = stream.need != ExtraFd::none && stream.need != ExtraFd::made_ruleset &&
                           stream.need != ExtraFd::program;
    if (stream.terminal || is_needed ||
        (stream.stdio && is_brought(stream.target, *stream.stdio))) {
      compiled_.sources.push_back(source_of(stream));
    }
  }
  if (now_.extra.second_stage) compiled_.sources.push_back({.kind = Source::Kind::second_stage});
  const auto count = static_cast<int>(compiled_.sources.size());
  for (int first = 0; mails() && first < count; first += most_in_message) {
    add_message(first, std::min(most_in_message, count - first));
  }
  for (Source& source : compiled_.sources) {
    if (!mails()) source.cell = build_.take_cell(name_of(source));
  }
  choose_waiting_room();
}

void DescriptorSteps::add_message(int first, int count) {
  const std::size_t bytes = sizeof(int) * static_cast<std::size_t>(count);
  const long at = build_.take_room(sizeof(FdMessageBuffer) + CMSG_SPACE(bytes));
  compiled_.messages.push_back({at, first, count});
  build_.name_cell(at, "message");
  for (int i = 0; i < count; ++i) {
    Source& source = compiled_.sources[static_cast<std::size_t>(first + i)];
    source.cell = at + descriptor_in_message(i);
    build_.name_cell(source.cell, name_of(source));
  }
}

// The report pipe of the `fork` engine, if needed, gets the first number of the
// range; all others follow.
void DescriptorSteps::choose_waiting_room() {
  const auto waiting = static_cast<int>(streams_.size() + compiled_.sources.size()) + 1;
  window_ =
      choose_window(streams_, waiting,
                    static_cast<long>(std::min<std::uint64_t>(now_.descriptors.soft, LONG_MAX)));
  compiled_.reports_by_pipe = now_.engine == Engine::fork && (spec_.pollable || !marks_its_end());
  if (compiled_.reports_by_pipe) report_ = window_.first++;
}

// The kernel compares the word of a robust futex with the child's tid in its
// own pid namespace (kernel/futex/core.c, handle_futex_death).
bool DescriptorSteps::marks_its_end() const {
  const Isolation& around = spec_.isolation;
  const bool renumbered = around.made.contains(Namespace::pid) ||
                          std::ranges::any_of(around.joined, [](const auto& one) {
                            return one.second == Namespace::pid;
                          });
  return now_.features.works(kernel::Feature::robust_list) && !renumbered;
}

// A child on a copy of our memory cannot clear a word of ours. The kernel marks
// a robust futex in shared memory instead; without those, a pipe end held only
// by the child closes at exec or exit.
void DescriptorSteps::announce_end() {
  if (now_.engine != Engine::fork || compiled_.reports_by_pipe) return;
  build_.name_cell(offsetof(Frame, robust), "robust list");
  build_.add(Step::report, "robust list", SYS_set_robust_list,
             {place(offsetof(Frame, robust)), value(offsetof(RobustList, node))});
}

// A path may lead to a fifo or a dead file server.
bool DescriptorSteps::may_stand_still() const {
  return std::ranges::any_of(streams_, [](const Stream& stream) {
    return stream.stdio && stream.stdio->kind() == Stdio::Kind::file;
  });
}

// The child's first operation on descriptors: while it shares the table, it
// would close or move its parent's. The kernel copies those below the first
// argument.
void DescriptorSteps::leave_table() {
  if (now_.engine != Engine::shared_table) return;
  if (may_stand_still()) compiled_.kept = least_kept_standing;
  const Argument kept = mails() ? word(offsetof(Frame, kept)) : value(compiled_.kept);
  if (mails()) {
    build_.name_cell(offsetof(Frame, kept),
                     "mailbox + 1, at least " + std::to_string(compiled_.kept));
  }
  build_.add(Step::leave, "", kernel::nr_close_range,
             {kept, value(all_descriptors), value(kernel::close_range_unshare)});
  if (mails() && may_stand_still()) close_before_mailbox();
}

// The writing end of another launch's pipe may be among them, and a thread that
// waits for its hang-up would also wait for this child.
void DescriptorSteps::close_before_mailbox() {
  build_.name_cell(offsetof(Frame, before_mailbox), "mailbox - 1");
  build_
      .add(Step::leave, "", kernel::nr_close_range,
           {value(least_kept_standing), word(offsetof(Frame, before_mailbox)), value(0)})
      .also = -EINVAL;  // the mailbox is the first
}

void DescriptorSteps::receive() {
  if (!mails()) return;
  build_.name_cell(offsetof(Frame, mailbox), "mailbox");
  for (const FdMessage& message : compiled_.messages) {
    Call& call = build_.add(
        Step::receive, std::to_string(message.count) + " descriptors", SYS_recvmsg,
        {number(offsetof(Frame, mailbox)), place(static_cast<std::size_t>(message.place)),
         value(MSG_DONTWAIT | MSG_CMSG_CLOEXEC)});
    call.least = call.most = call.also = 1;
  }
}

void DescriptorSteps::wait_in_window(long cell, std::string what) {
  Call& call = build_.add(Step::descriptor, std::move(what), SYS_fcntl,
                          {number(cell), value(F_DUPFD_CLOEXEC), value(window_.first)});
  call.least = call.also = window_.first;
  call.most = window_.last;
  call.store = static_cast<std::int32_t>(cell);
}

void DescriptorSteps::wait_in_window() {
  for (const Source& source : compiled_.sources) {
    wait_in_window(source.cell, name_of(source));
    if (source.target >= 0) {
      waiting_.push_back({source.target, source.cell, name_of(source)});
    } else {
      second_stage_ = source.cell;
    }
  }
}

void DescriptorSteps::keep_report_pipe() {
  if (!compiled_.reports_by_pipe) return;
  build_.name_cell(offsetof(Frame, report), "report pipe");
  build_
      .add(Step::report, "pipe", SYS_dup3,
           {number(offsetof(Frame, report)), value(report_), value(O_CLOEXEC)})
      .also = -EINVAL;  // it already has that number
}

void DescriptorSteps::open_files() {
  for (const Stream& stream : streams_) {
    if (!stream.stdio && !stream.null) continue;
    const bool null = !stream.stdio || stream.stdio->kind() == Stdio::Kind::null;
    if (!null && stream.stdio->kind() != Stdio::Kind::file) continue;
    const std::string path = null ? "/dev/null" : callers_path(stream.stdio->path(), now_.links);
    const long cell = build_.take_cell(quote(path));
    build_
        .add(Step::open, quote(path), SYS_openat,
             {value(AT_FDCWD), build_.text(path), value(open_flags(stream) | O_CLOEXEC),
              value(null ? 0 : stream.stdio->mode())})
        .store = static_cast<std::int32_t>(cell);
    wait_in_window(cell, quote(path));
    waiting_.push_back({stream.target, cell, quote(path)});
  }
}

// Opened while the child still runs on our memory, so that it is our program.
void DescriptorSteps::open_program() {
  if (!now_.extra.own_program) return;
  const long cell = build_.take_cell(quote(spec_.program));
  build_
      .add(Step::exec, quote(spec_.program), SYS_openat,
           {value(AT_FDCWD), build_.text(spec_.program), value(O_PATH | O_CLOEXEC), value(0)})
      .store = static_cast<std::int32_t>(cell);
  wait_in_window(cell, quote(spec_.program));
  waiting_.push_back({number_of(ExtraFd::program), cell, quote(spec_.program)});
}

// A caller's stream marked close-on-exec is inherited all the same; the mark is
// in the table, which is now the child's own.
void DescriptorSteps::unmark_inherited() {
  for (int target = 0; target <= 2; ++target) {
    if ((now_.standard.marked >> target & 1) == 0) continue;
    build_.add(Step::descriptor, std::to_string(target) + " stays at exec", SYS_fcntl,
               {value(target), value(F_SETFD), value(0)});
  }
}

// dup3(2) leaves close-on-exec off, and no kept descriptor has its target.
void DescriptorSteps::put_into_place() {
  unmark_inherited();
  for (const Waiting& waiting : waiting_) {
    build_.add(Step::descriptor, waiting.what + " onto " + std::to_string(waiting.target), SYS_dup3,
               {number(waiting.cell), value(waiting.target), value(0)});
  }
  for (const Stream& stream : streams_) {
    if (stream.alias_of < 0) continue;
    build_.add(Step::descriptor,
               std::to_string(stream.alias_of) + " onto " + std::to_string(stream.target), SYS_dup3,
               {value(stream.alias_of), value(stream.target), value(0)});
  }
}

// FIONBIO takes one flag off and leaves the others, which F_SETFL would have to know.
void DescriptorSteps::make_blocking() {
  for (const auto& [target, stdio] : spec_.streams) {
    if (!stdio.is_blocking()) continue;
    build_.add(Step::descriptor, std::to_string(target) + " blocks", SYS_ioctl,
               {value(target), value(FIONBIO), build_.data(int{0}, "0")});
  }
}

// The program's descriptors, and those that steps still need, unless the others
// are not closed here but marked.
std::vector<int> DescriptorSteps::kept() const {
  const bool marks = now_.features.works(kernel::Feature::mark_cloexec);
  std::vector<int> kept;
  for (const Stream& stream : streams_) {
    if (stream.need == ExtraFd::none || !marks) kept.push_back(stream.target);
  }
  if (compiled_.reports_by_pipe) kept.push_back(report_);
  std::ranges::sort(kept);
  return kept;
}

void DescriptorSteps::close_others() {
  long first = 3;
  for (const int target : kept()) {
    if (target < first) continue;
    if (target > first) close_range(first, target - 1);
    first = target + 1L;
  }
  close_range(first, all_descriptors);
  if (!now_.features.works(kernel::Feature::mark_cloexec)) mark_needs();
}

void DescriptorSteps::mark_report() {
  build_.add(Step::report, "ends at exec", SYS_fcntl,
             {value(number_of(ExtraFd::report)), value(F_SETFD), value(FD_CLOEXEC)});
}

// A fork elsewhere in the program can hold a copy of the pipe's end forever,
// but not the lock: that belongs to this child, and the kernel drops it when
// exec closes the end. Without locks, only the hang-up remains.
void DescriptorSteps::lock_report() {
  if (!compiled_.reports_by_pipe && !now_.extra.second_stage) return;
  struct flock whole {};
  whole.l_type = F_WRLCK;
  const int report = compiled_.reports_by_pipe ? report_ : compiled_.tell;
  Call& call = build_.add(Step::report, "locked until exec", SYS_fcntl,
                          {value(report), value(F_SETLK), build_.data(whole, "a write lock")});
  call.least = LONG_MIN;
  call.store = offsetof(Frame, outcome) + offsetof(Outcome, lock);
}

void DescriptorSteps::mark_needs() {
  for (const Stream& stream : streams_) {
    const bool is_marked = stream.need == ExtraFd::report && now_.extra.second_stage;
    if (stream.need == ExtraFd::none || is_marked) continue;
    build_.add(Step::close, std::to_string(stream.target) + " at exec", SYS_fcntl,
               {value(stream.target), value(F_SETFD), value(FD_CLOEXEC)});
  }
}

int DescriptorSteps::number_of(ExtraFd need, int index) const {
  for (const Stream& stream : streams_) {
    if (stream.need == need && index-- == 0) return stream.target;
  }
  return -1;
}

int DescriptorSteps::terminal() const {
  for (const Stream& stream : streams_) {
    if (stream.terminal || stream.need == ExtraFd::terminal) return stream.target;
  }
  return -1;
}

// Descriptors marked close-on-exec are closed by exec after it has released our
// parent; closing them here would delay it.
void DescriptorSteps::close_range(long first, long last) {
  const unsigned flags =
      now_.features.works(kernel::Feature::mark_cloexec) ? kernel::close_range_cloexec : 0;
  Call& call = build_.add(Step::close, "from " + std::to_string(first) + " on",
                          kernel::nr_close_range, {value(first), value(last), value(flags)});
  if (now_.features.works(kernel::Feature::close_range)) return;
  call.kind = CallKind::close_each;
  call.arguments[2] =
      value(static_cast<long>(std::min<std::uint64_t>(now_.descriptors.hard, most_descriptors)));
}

}  // namespace forklift::launch
