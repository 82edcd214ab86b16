/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* A creating call from its first sign to its last.
 *
 * Without hooks of system calls the first sign of a copying call is that it
 * wants the memory lock for writing, which it holds for nearly all of its time;
 * that of a sharing one is its child. No sign says that it has ended: it is told
 * when its thread is next seen to do anything else. */

#include "telling.bpf.h"

static __always_inline __u64 pages(struct mm_struct* memory, int kind) {
  struct mm_struct___before_6_2* before = (void*)memory;
  __s64 count = 0;
  if (bpf_core_field_exists(before->rss_stat.count))
    bpf_probe_read_kernel(&count, sizeof count, &before->rss_stat.count[0].counter + kind);
  else
    bpf_core_read(&count, sizeof count, &memory->rss_stat[kind].count);
  return count > 0 ? count : 0;  /* counted per processor: it may be below */
}

static __always_inline void measure(struct watch_size* size) {
  struct task_struct* task = bpf_get_current_task_btf();
  struct mm_struct* memory = task->mm;
  if (!memory) return;
  size->page_tables = memory->pgtables_bytes.counter;
  size->mappings = memory->map_count;
  size->resident = pages(memory, 0) + pages(memory, 1) + pages(memory, 3);
  size->swapped = pages(memory, 2);
  size->threads = task->signal->nr_threads;
}

static __always_inline void close_window(struct watch_under_way* call, __u64 now) {
  if (!call->in_window) return;
  call->in_window = 0;
  last_window_end = now;
  __sync_fetch_and_add(&windows_open, -1);
}

static __always_inline void begin_call(void* context, struct watch_under_way* call,
                                       int system_call) {
  const struct watch_under_way none = {};
  *call = none;
  call->id = __sync_fetch_and_add(&last_id, 1) + 1;
  call->begin = bpf_ktime_get_ns();
  call->system_call = system_call;
  call->in_window = 1;
  __sync_fetch_and_add(&windows_open, 1);
  measure(&call->size);
  struct watch_begin* begin = TELL(watch_begin, WATCH_BEGIN, this_thread(), call->id);
  if (begin) {
    begin->at = call->begin;
    send(begin);
  }
  tell_stack(context, call->id, &call_copies, CALL_COPIES_A_SECOND);
}

static __always_inline void forget_call(struct watch_under_way* call, __u64 now) {
  close_window(call, now);
  call->id = 0;
}

static __always_inline void tell_call(struct task_struct* task, struct watch_under_way* call,
                                      __u64 end, int error) {
  struct watch_call* told = TELL(watch_call, WATCH_CALL, task->pid, call->id);
  if (told) {
    told->begin = call->begin;
    told->end = end;
    told->flags = call->flags;
    told->off_cpu = call->off_cpu;
    told->runnable = call->runnable;
    told->lock_wait = call->lock_wait;
    told->lock_held = call->lock_held;
    told->size = call->size;
    told->child = call->child;
    told->system_call = call->system_call;
    told->error = error;
    told->restarts = call->restarts;
    told->flags_known = call->flags_known;
    told->locked = call->lock_let_go != 0;
    told->cut = call->cut;
    bpf_probe_read_kernel_str(told->name, sizeof told->name, task->comm);
    send(told);
  }
  forget_call(call, end);
}

/* The last that was seen of a call whose end was not: without a child it failed,
 * which is nearly always for want of room for another process. */
static __always_inline void settle(struct task_struct* task, struct watch_under_way* call) {
  if (!call->id) return;
  __u64 end = call->child_at ? call->child_at : call->lock_let_go;
  if (call->last_ran > end) end = call->last_ran;
  if (end < call->begin) end = call->begin;
  tell_call(task, call, end, call->child_at ? 0 : 11 /* EAGAIN */);
}
