/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* Threads that leave a processor and come back to one. */

#include "call.bpf.h"
#include "creation.bpf.h"

/* Of task_struct's __state. */
enum { RUNNING = 0, DEAD = 0x80, WAKING = 0x200 };

static __always_inline __u32 reason_of(struct watch_thread* thread) {
  if (!thread->blocked) return WATCH_RUNNABLE;
  if (thread->system_call == -1) return WATCH_PAGE_FAULT;
  return syscall_kind(thread->system_call) == WATCH_FUTEX ? WATCH_FUTEX_WAIT : WATCH_OTHER_WAIT;
}

/* Idle threads are not blocked by a call. */
static __always_inline bool is_asleep(struct watch_thread* thread) {
  return thread->blocked && syscall_kind(thread->system_call) == WATCH_SLEEPS;
}

/* The hooks of the memory lock report its waiters. */
static __always_inline bool may_be_victim(struct watch_thread* thread) {
  return !thread->lock_wanted && !thread->call.in_window;
}

static __always_inline void leave(void* context, struct task_struct* task, bool preempted,
                                  __u64 now) {
  const unsigned int state = task->__state;
  if (state & DEAD) return;
  struct watch_thread* thread = thread_of(task);
  if (!thread) return;
  const int system_call = system_call_of(task);
  thread->system_call = system_call;
  thread->blocked = !preempted && state != RUNNING && state != WAKING;
  const bool told_by_hook = detail && !thread->call.over_at;
  const bool back = system_call == -1 && thread->blocked;
  if (!told_by_hook && (back || !is_on_way_back(&thread->call, system_call, now)))
    settle(task, &thread->call);
  thread->off_since = now;
  thread->runnable_since = thread->blocked ? 0 : now;
  thread->waker = 0;
  thread->wait_id = 0;
  if (!windows_open || !thread->blocked || is_asleep(thread) || !may_be_victim(thread)) return;
  thread->wait_id = __sync_fetch_and_add(&last_id, 1) + 1;
  if (stacks) tell_addresses(context, thread->wait_id);
}

static __always_inline void resume_call(struct task_struct* task, struct watch_thread* thread,
                                        __u64 now) {
  struct watch_under_way* call = &thread->call;
  call->off_cpu += now - thread->off_since;
  if (thread->runnable_since) call->runnable += now - thread->runnable_since;
  if (!is_over(call)) return;
  call->last_ran = now;
  /* It waited for its child to execute a program, and for nothing else. */
  if (detail || !thread->blocked || !(call->flags & SUSPENDS)) return;
  call->slept_until = now;
  close_window(call, now);
}

static __always_inline void resume_other(struct task_struct* task, struct watch_thread* thread,
                                         __u64 now) {
  /* An idle thread that was woken waits for a processor from then on. */
  const bool slept = is_asleep(thread);
  const __u64 since = slept ? thread->runnable_since : thread->off_since;
  if (!since || now - since < least_wait) return;
  if (!windows_open && last_window_end < since + least_wait) return;
  if (!may_be_victim(thread)) return;
  tell_wait(task, thread->wait_id, slept ? WATCH_RUNNABLE : reason_of(thread), since, now,
            thread->waker);
}

/* It left before the hooks, from a call that creates a process. */
static __always_inline void note_missed(void* context, struct task_struct* task) {
  const int system_call = system_call_of(task);
  if (!is_creating(system_call)) return;
  struct watch_thread* thread = thread_of(task);
  if (!thread) return;
  thread->call.id = __sync_fetch_and_add(&last_id, 1) + 1;
  thread->call.begin = thread->call.child_at = bpf_ktime_get_ns();
  thread->call.system_call = system_call;
  note_cut(&thread->call);
}

static __always_inline void come_back(void* context, struct task_struct* task, __u64 now) {
  struct watch_thread* thread = known_thread(task->pid);
  if (!thread) {
    note_missed(context, task);
    return;
  }
  if (!thread->off_since) return;
  if (thread->call.id)
    resume_call(task, thread, now);
  else
    resume_other(task, thread, now);
  thread->off_since = 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempted, struct task_struct* from, struct task_struct* to) {
  const bool leaves = (__u32)from->tgid == target, comes = (__u32)to->tgid == target;
  if (!leaves && !comes) return 0;
  const __u64 now = bpf_ktime_get_ns();
  if (leaves) leave(ctx, from, preempted, now);
  if (comes) come_back(ctx, to, now);
  return 0;
}

SEC("tp_btf/sched_waking")
int BPF_PROG(on_waking, struct task_struct* task) {
  if ((__u32)task->tgid != target) return 0;
  struct watch_thread* thread = known_thread(task->pid);
  if (!thread || !thread->off_since || thread->runnable_since) return 0;
  thread->runnable_since = bpf_ktime_get_ns();
  thread->waker = this_thread();
  return 0;
}
