/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* System calls themselves, only on request: any hook on them costs every system
 * call on the machine some ten nanoseconds. */

#include "call.bpf.h"
#include "children.bpf.h"

#if defined(__TARGET_ARCH_x86)
#define FIRST_ARGUMENT(registers) BPF_CORE_READ(registers, di)
#else
#define FIRST_ARGUMENT(registers) BPF_CORE_READ(registers, orig_x0)
#endif

/* The caller's request: the only source of the flags if the call fails. */
static __always_inline __u64 flags_asked(struct task_struct* task, int system_call) {
  enum { SIGNAL = 17 /* SIGCHLD */ };
  struct pt_regs* registers = (struct pt_regs*)bpf_task_pt_regs(task);
  __u64 flags = FIRST_ARGUMENT(registers);
  switch (syscall_kind(system_call)) {
    case WATCH_FORK: return SIGNAL;
    case WATCH_VFORK: return SHARES_MEMORY | SUSPENDS | SIGNAL;
    case WATCH_CLONE: return (__u32)flags;
    default: break;
  }
  struct {
    __u64 flags, pidfd, child_tid, parent_tid, exit_signal;
  } asked = {};
  bpf_probe_read_user(&asked, sizeof asked, (void*)flags);
  return asked.flags | (asked.exit_signal & 0xff);
}

static __always_inline int enter_creation(void* context) {
  if (!is_target()) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  struct watch_thread* thread = thread_of(task);
  if (!thread) return 0;
  if (thread->call.over_at) settle(task, &thread->call);
  if (thread->call.id) return 0; /* restarted after a signal */
  const int system_call = system_call_of(task);
  const __u64 flags = flags_asked(task, system_call);
  if (flags & MAKES_THREAD) return 0;
  begin_call(context, &thread->call, system_call);
  thread->call.flags = flags;
  thread->call.flags_known = flags != 0;
  return 0;
}

/* ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK: the kernel
 * restarts the call after a signal's handler. */
static __always_inline bool is_restart(long result) {
  return result == -512 || result == -513 || result == -514 || result == -516;
}

static __always_inline int leave_creation(long result) {
  if (!is_target()) return 0;
  struct watch_thread* thread = known_thread(this_thread());
  if (!thread || !thread->call.id) return 0;
  struct watch_under_way* call = &thread->call;
  if (call->makes_thread) {
    forget_call(call, last_window_end);
  } else if (is_restart(result)) {
    call->restarts++;
  } else {
    call->over_at = bpf_ktime_get_ns();
    call->error = result < 0 ? -result : 0;
    close_window(call, call->over_at);
  }
  return 0;
}

static __always_inline int enter_exec(void) {
  note_exec_begin(bpf_get_current_pid_tgid() >> 32);
  return 0;
}

/* Only the result of the tracepoints is read: fork(2) has no arguments, and the
 * verifier refuses a read of fields that do not exist. */
struct left_system_call {
  __u64 common;
  long number;
  long result;
};

#define ENTERED(call)                       \
  SEC("?tp/syscalls/sys_enter_" #call)      \
  int entered_##call(void* context) { return enter_creation(context); }
#define LEFT(call)                          \
  SEC("?tp/syscalls/sys_exit_" #call)       \
  int left_##call(struct left_system_call* context) { return leave_creation(context->result); }
#define EXECUTES(call)                      \
  SEC("?tp/syscalls/sys_enter_" #call)      \
  int entered_##call(void* context) { return enter_exec(); }

ENTERED(clone)
ENTERED(clone3)
ENTERED(fork)
ENTERED(vfork)
LEFT(clone)
LEFT(clone3)
LEFT(fork)
LEFT(vfork)
EXECUTES(execve)
EXECUTES(execveat)

/* The same where tracefs is not mounted: at a higher cost, on all of them. */
SEC("?tp_btf/sys_enter")
int BPF_PROG(entered_any, struct pt_regs* registers, long number) {
  if (is_creating(number)) return enter_creation(ctx);
  if (syscall_kind(number) == WATCH_EXECUTES) return enter_exec();
  return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(left_any, struct pt_regs* registers, long result) {
  if (!is_target() || !is_creating(system_call_of(bpf_get_current_task_btf()))) return 0;
  return leave_creation(result);
}
