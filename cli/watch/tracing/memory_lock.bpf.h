/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* The lock of the target's memory: its waiters, and the call that holds it. */

#include "call.bpf.h"

/* For writing within a creating call: it copies. In detail the system call's own
 * hook ran before, except for a call that began before the hooks. */
static __always_inline void note_copying(void* context, struct watch_thread* thread) {
  struct task_struct* task = bpf_get_current_task_btf();
  const int system_call = system_call_of(task);
  if (!is_creating(system_call)) return;
  if (detail && thread->call.id) return;
  settle(task, &thread->call);
  begin_call(context, &thread->call, system_call);
}

SEC("tp_btf/mmap_lock_start_locking")
int BPF_PROG(on_lock_wanted, struct mm_struct* memory, bool writes) {
  if (!is_target() || !is_own(memory)) return 0;
  struct watch_thread* thread = thread_of(bpf_get_current_task_btf());
  if (!thread) return 0;
  if (writes) note_copying(ctx, thread);
  thread->waker = 0;
  thread->lock_wanted = bpf_ktime_get_ns();
  return 0;
}

SEC("tp_btf/mmap_lock_acquire_returned")
int BPF_PROG(on_lock_had, struct mm_struct* memory, bool writes, bool success) {
  if (!is_target() || !is_own(memory)) return 0;
  struct watch_thread* thread = known_thread(this_thread());
  if (!thread || !thread->lock_wanted) return 0;
  const __u64 from = thread->lock_wanted, now = bpf_ktime_get_ns();
  thread->lock_wanted = 0;
  struct watch_under_way* call = &thread->call;
  if (writes && call->id && !call->child_at && !call->makes_thread) {
    call->lock_wait += now - from;
    call->lock_from = now;
  }
  if (now - from < least_wait) return 0;
  const __u64 id = __sync_fetch_and_add(&last_id, 1) + 1;
  tell_stack(ctx, id, &wait_copies, WAIT_COPIES_A_SECOND);
  tell_wait(bpf_get_current_task_btf(), id, WATCH_MEMORY_LOCK, from, now,
            thread->waker);
  return 0;
}

SEC("tp_btf/mmap_lock_released")
int BPF_PROG(on_lock_let_go, struct mm_struct* memory, bool writes) {
  if (!writes || !is_target() || !is_own(memory)) return 0;
  struct watch_thread* thread = known_thread(this_thread());
  if (!thread || !thread->call.lock_from) return 0;
  struct watch_under_way* call = &thread->call;
  const __u64 from = call->lock_from, now = bpf_ktime_get_ns();
  call->lock_from = 0;
  call->lock_held += now - from;
  call->lock_let_go = now;
  struct watch_hold* hold = TELL(watch_hold, WATCH_HOLD, this_thread(), call->id);
  if (!hold) return 0;
  hold->from = from;
  hold->to = now;
  send(hold);
  return 0;
}
