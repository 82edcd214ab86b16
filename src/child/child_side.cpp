// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The rules of the child side. Only this file runs between clone and exec. The
// child may be on its parent's memory and thread pointer while the parent
// continues: it makes raw system calls, writes to its own stack and its own
// frame, and calls nothing. Its object file has no undefined symbol, which a
// test checks.

#include "child/child_side.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <time.h>

#include <cstddef>

#include "kernel/raw.hpp"
#include "child/plan.hpp"

namespace forklift::launch {
namespace {

namespace raw = kernel::raw;

[[noreturn]] void leave(Frame& frame, int call, long error) {
  frame.outcome.call = call;
  frame.outcome.error = static_cast<int>(error);
  if (frame.tell >= 0) raw::call(SYS_write, frame.tell, &frame.outcome, sizeof frame.outcome);
  for (;;) raw::call(SYS_exit_group, 127);
}

long argument_of(const Argument& argument, Frame& frame) {
  char* const base = reinterpret_cast<char*>(&frame);
  switch (argument.from) {
    case From::number: return *reinterpret_cast<int*>(base + argument.value);
    case From::word: return *reinterpret_cast<long*>(base + argument.value);
    case From::place: return reinterpret_cast<long>(base + argument.value);
    default: return argument.value;
  }
}

long make(const Call& call, Frame& frame) {
  const Argument* const a = call.arguments;
  return raw::enter(call.number, argument_of(a[0], frame), argument_of(a[1], frame),
                    argument_of(a[2], frame), argument_of(a[3], frame), argument_of(a[4], frame),
                    argument_of(a[5], frame));
}

// Closes the descriptors only marked close-on-exec so far: our own copy may be
// what keeps the program busy.
void close_marked(const Plan& plan) {
  for (int i = 0; i < plan.count; ++i) {
    const Call& call = plan.calls[i];
    if (call.step != Step::close || call.kind != CallKind::plain) continue;
    raw::call(call.number, call.arguments[0].value, call.arguments[1].value, 0);
  }
}

// A file is busy while some process holds it open for writing, often only
// another child on its way to exec: 11 pauses, doubling from 50 µs, are 102 ms.
long execute(const Call& call, Frame& frame) {
  constexpr int pauses = 11;
  long result = make(call, frame);
  for (int i = 0; result == -ETXTBSY && i < pauses; ++i) {
    if (i == 0) close_marked(frame.plan);
    const timespec pause{0, 50'000L << i};
    raw::call(SYS_nanosleep, &pause, 0);
    ++frame.outcome.retries;
    result = make(call, frame);
  }
  return result;
}

// In the second stage the program and the shell share one list, in our own
// memory: it holds the script while the shell is tried.
long run_script(const Call& call, Frame& frame) {
  long* const place = reinterpret_cast<long*>(call.arguments[script_place].value);
  if (!place) return execute(call, frame);
  const long name = *place;
  *place = call.arguments[script_path].value;
  const long result = execute(call, frame);
  *place = name;
  return result;
}

// The errors for which execvp(3) tries the next place, and that of a place that
// is too long. (A name too long in any place is refused before.)
bool is_elsewhere(long result) {
  return result == -ENOENT || result == -ENOTDIR || result == -EACCES || result == -ESTALE ||
         result == -ENODEV || result == -ETIMEDOUT || result == -ENAMETOOLONG;
}

// Whether the kernel does not recognise an executable file, and the next call
// has a shell read it.
bool is_script(const Plan& plan, int i, long result) {
  return result == -ENOEXEC && i + 1 < plan.count && plan.calls[i + 1].kind == CallKind::script;
}

// A script is at the place of the preceding call.
bool searches(const Plan& plan, int i) {
  return plan.calls[i - (plan.calls[i].kind == CallKind::script)].kind == CallKind::search;
}

// The number in the name of an entry of /proc/self/fd, or -1.
long number_of(const char* name) {
  long number = 0;
  if (*name < '0' || *name > '9') return -1;
  for (; *name >= '0' && *name <= '9'; ++name) number = 10 * number + (*name - '0');
  return number;
}

// struct linux_dirent64 of getdents64(2) without its name, which follows
// `type`.
struct Entry {
  unsigned long inode;
  long offset;
  unsigned short size;
  unsigned char type;
};
constexpr long name_at = offsetof(Entry, type) + 1;

void close_listed(const char* entries, long size, long first, long last, long self) {
  for (long at = 0; at < size;) {
    const auto* const entry = reinterpret_cast<const Entry*>(entries + at);
    const long number = number_of(entries + at + name_at);
    if (number >= first && number <= last && number != self) raw::call(SYS_close, number);
    at += entry->size;
  }
}

// Closes first..last by the list in /proc; without /proc by trying each number
// below `limit`.
long close_each(unsigned long first, unsigned long last, unsigned long limit) {
  const long directory =
      raw::call(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) {
    for (unsigned long n = first; n <= last && n < limit; ++n) raw::call(SYS_close, n);
    return 0;
  }
  alignas(Entry) char entries[1024];
  for (;;) {
    const long size = raw::call(SYS_getdents64, directory, entries, sizeof entries);
    if (size <= 0) {
      raw::call(SYS_close, directory);
      return size;
    }
    close_listed(entries, size, static_cast<long>(first), static_cast<long>(last), directory);
  }
}

// A parent that dies or stops before it opens the gate must not leave a child
// behind: the child gives up after sleeping for a minute.
long wait_at_gate(const std::uint32_t& gate) {
  constexpr int seconds = 60;
  const timespec second{1, 0};
  for (int i = 0; i < seconds;) {
    if (__atomic_load_n(&gate, __ATOMIC_ACQUIRE) != 0) return 0;
    if (raw::call(SYS_futex, &gate, FUTEX_WAIT, 0, &second) == -ETIMEDOUT) ++i;
  }
  return -ETIMEDOUT;
}

long make_one(const Call& call, Frame& frame) {
  switch (call.kind) {
    case CallKind::gate: return wait_at_gate(frame.gate);
    case CallKind::plain: return make(call, frame);
    case CallKind::close_each:
      return close_each(static_cast<unsigned long>(call.arguments[0].value),
                        static_cast<unsigned long>(call.arguments[1].value),
                        static_cast<unsigned long>(call.arguments[2].value));
    case CallKind::script: return run_script(call, frame);
    default: return execute(call, frame);
  }
}

bool is_accepted(const Call& call, long result) {
  return (result >= call.least && result <= call.most) || result == call.also;
}

}  // namespace

extern "C" void forklift_child_side(void* argument) {
  Frame& frame = *static_cast<Frame*>(argument);
  const Plan plan = frame.plan;
  int denied = -1;      // the first program found that is not executable
  bool script = false;  // whether the preceding call found one
  for (int i = 0; i < plan.count; ++i) {
    const Call& call = plan.calls[i];
    if (call.kind == CallKind::script && !script) continue;
    frame.outcome.call = i;
    const long result = make_one(call, frame);
    script = is_script(plan, i, result);
    if (script) continue;
    if (searches(plan, i) && is_elsewhere(result)) {
      if (result == -EACCES && denied < 0) denied = i;
      continue;
    }
    // A descriptor on a forbidden number means that the table is full.
    if (!is_accepted(call, result)) leave(frame, i, result < 0 ? -result : EMFILE);
    if (call.store != nowhere) {
      *reinterpret_cast<int*>(reinterpret_cast<char*>(&frame) + call.store) =
          static_cast<int>(result);
    }
  }
  if (denied >= 0) leave(frame, denied, EACCES);
  leave(frame, plan.count, ENOENT);
}

}  // namespace forklift::launch
