/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* The target, its threads, and their records. */

#include "kernel_types.h"
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "watch_event.h"

/* Set before the hooks are loaded. */
const volatile __u32 target = 0;
const volatile bool detail = false; /* system calls are hooked: exact begin and end */
const volatile bool stacks = true;
const volatile __u64 least_wait = 50000;
const volatile __u64 way_back = 100000; /* a caller that has run this long has returned */
const volatile __u8 syscall_kinds[WATCH_SYSTEM_CALLS] = {};

struct watch_counters counters = {};
__u64 last_id = 0;

/* Set when all hooks are in place: earlier events are missing. */
__u64 attached_at = 0;

/* Calls that have begun and not made their child; and when the last one did. */
__u64 windows_open = 0;
__u64 last_window_end = 0;

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16384);
  __type(key, __u32);
  __type(value, struct watch_thread);
} threads SEC(".maps");

/* CLONE_VM, CLONE_VFORK, CLONE_THREAD */
enum { SHARES_MEMORY = 0x100, SUSPENDS = 0x4000, MAKES_THREAD = 0x10000 };

/* The initial value of a hash's entries: too large for the stack. */
static const struct watch_thread no_thread = {};

static __always_inline bool is_target(void) { return bpf_get_current_pid_tgid() >> 32 == target; }

static __always_inline __u32 this_thread(void) { return (__u32)bpf_get_current_pid_tgid(); }

static __always_inline struct watch_thread* known_thread(__u32 thread) {
  return bpf_map_lookup_elem(&threads, &thread);
}

enum { EXITING = 4 /* PF_EXITING */ };

/* An exiting one was released already. */
static __always_inline struct watch_thread* thread_of(struct task_struct* task) {
  const __u32 thread = task->pid;
  struct watch_thread* known = known_thread(thread);
  if (known || (task->flags & EXITING)) return known;
  bpf_map_update_elem(&threads, &thread, &no_thread, BPF_NOEXIST);
  return known_thread(thread);
}

/* A thread's current system call; -1 in an interrupt or a fault of the program,
 * and the last one's number while it leaves it. Needs no hook. */
static __always_inline int system_call_of(struct task_struct* task) {
  struct pt_regs* registers = (struct pt_regs*)bpf_task_pt_regs(task);
#if defined(__TARGET_ARCH_x86)
  return (int)BPF_CORE_READ(registers, orig_ax);
#else
  return BPF_CORE_READ(registers, syscallno);
#endif
}

static __always_inline __u8 syscall_kind(int system_call) {
  __u64 number = (__u32)system_call;
  if (number >= WATCH_SYSTEM_CALLS) return WATCH_OTHER_CALL;
  barrier_var(number); /* the verifier cannot prove that it is in bounds */
  return syscall_kinds[number & (WATCH_SYSTEM_CALLS - 1)];
}

static __always_inline bool is_creating(int system_call) {
  const __u8 kind = syscall_kind(system_call);
  return kind >= WATCH_FORK && kind <= WATCH_CLONE3;
}

/* Its own memory, not that of another process. */
static __always_inline bool is_own(struct mm_struct* memory) {
  struct task_struct* task = bpf_get_current_task_btf();
  return task->mm == memory;
}
