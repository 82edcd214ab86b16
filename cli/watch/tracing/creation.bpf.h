/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* New threads and new processes of the target. */

#include "call.bpf.h"
#include "children.bpf.h"

/* A new thread leaves the same system call, which it never entered. Its maker's
 * call is in progress only in detail, and only if its flags were unreadable. */
static __always_inline void welcome(struct watch_thread* maker, struct task_struct* thread) {
  __sync_fetch_and_add(&counters.threads_made, 1);
  thread_of(thread);
  if (!detail) return;
  maker->call.makes_thread = 1;
  close_window(&maker->call, last_window_end);
}

/* The kernel's copy of the flags: no read of the caller's memory. */
SEC("tp_btf/task_newtask")
int BPF_PROG(on_new_task, struct task_struct* task, __u64 clone_flags) {
  if (!is_target()) return 0;
  struct watch_thread* thread = thread_of(bpf_get_current_task_btf());
  if (!thread) return 0;
  if (clone_flags & MAKES_THREAD) {
    welcome(thread, task);
    return 0;
  }
  struct watch_under_way* call = &thread->call;
  struct task_struct* maker = bpf_get_current_task_btf();
  if (is_over(call)) settle(maker, call);
  if (!call->id) {
    begin_call(ctx, call, system_call_of(maker));
    if (detail || !(clone_flags & SHARES_MEMORY)) note_cut(call);
  }
  call->flags = clone_flags | (task->exit_signal & 0xff);
  call->flags_known = 1;
  return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct* parent, struct task_struct* child) {
  if ((__u32)parent->tgid != target || (__u32)child->tgid == target) return 0;
  struct watch_thread* thread = known_thread(parent->pid);
  if (!thread || !thread->call.id) return 0;
  struct watch_under_way* call = &thread->call;
  call->child = child->pid;
  call->child_at = bpf_ktime_get_ns();
  expect_of(child->tgid, call->id, call->child_at);
  if (!(call->flags & SUSPENDS)) close_window(call, call->child_at);
  return 0;
}
