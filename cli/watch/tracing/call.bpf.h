/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* A creating call from its first event to its last.
 *
 * Without hooks of system calls the first event of a copying call is its request
 * for the memory lock for writing, which it holds for nearly all of its time;
 * that of a sharing one is its child. No event marks its end: it is reported
 * when its thread is next seen to do anything else.
 *
 * The same applies with such hooks. On its way out a thread may have to wait for
 * a processor behind its child and the threads that the call freed: in the
 * kernel, or in its first faults, caused by a copying call. The program's own
 * clock counts that, so both are reported: the call's end, and when it ran again. */

#include "emit.bpf.h"

/* Counted per processor: a sum may be negative for a while. */
static __always_inline __u64 counted(const void* at) {
  __s64 count = 0;
  bpf_probe_read_kernel(&count, sizeof count, at);
  return count > 0 ? count : 0;
}

/* A macro, since an index must be constant where it is relocated. */
#define PAGES(memory, kind)                                                                  \
  (bpf_core_field_exists(((struct mm_struct___before_6_2*)(memory))->rss_stat.count)         \
       ? counted(&((struct mm_struct___before_6_2*)(memory))->rss_stat.count[kind].counter)  \
       : counted(&(memory)->rss_stat[kind].count))

enum { OF_FILES = 0, ANONYMOUS, SWAPPED, SHARED };

static __always_inline void measure(struct watch_size* size) {
  struct task_struct* task = bpf_get_current_task_btf();
  struct mm_struct* memory = task->mm;
  if (!memory) return;
  size->page_tables = memory->pgtables_bytes.counter;
  size->mappings = memory->map_count;
  size->resident = PAGES(memory, OF_FILES) + PAGES(memory, ANONYMOUS) + PAGES(memory, SHARED);
  size->swapped = PAGES(memory, SWAPPED);
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

/* It began before the hooks. */
static __always_inline void note_cut(struct watch_under_way* call) {
  call->cut = 1;
  if (attached_at) call->begin = attached_at;
}

static __always_inline void forget_call(struct watch_under_way* call, __u64 now) {
  close_window(call, now);
  call->id = call->over_at = 0;
}

static __always_inline void tell_call(struct task_struct* task, struct watch_under_way* call,
                                      __u64 end, __u64 ran, int error) {
  struct watch_call* told = TELL(watch_call, WATCH_CALL, task->pid, call->id);
  if (told) {
    told->begin = call->begin;
    told->end = end;
    told->ran = ran;
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

/* Whether it may be on its way out, as far as the hooks can know. */
static __always_inline bool is_over(struct watch_under_way* call) {
  return call->id && (detail ? call->over_at : call->child_at);
}

/* Without hooks of system calls, one without a child has failed, which is nearly
 * always for lack of room for another process. */
static __always_inline int error_of(struct watch_under_way* call) {
  enum { NO_ROOM = 11 /* EAGAIN */ };
  if (call->over_at) return call->error;
  return call->child_at ? 0 : NO_ROOM;
}

static __always_inline __u64 end_of(struct watch_under_way* call) {
  if (call->over_at) return call->over_at;
  const __u64 end = call->child_at ? call->child_at : call->lock_let_go;
  const __u64 last = call->slept_until > end ? call->slept_until : end;
  return last > call->begin ? last : call->begin;
}

/* Its thread does something else now: the last event of the call was its end. */
static __always_inline void settle(struct task_struct* task, struct watch_under_way* call) {
  if (!call->id) return;
  const __u64 end = end_of(call);
  const __u64 ran = call->last_ran > end ? call->last_ran : end;
  tell_call(task, call, end, ran, error_of(call));
}

/* Still in the call, or in an interrupt or a fault of the program just after it. */
static __always_inline bool is_on_way_back(struct watch_under_way* call, int system_call,
                                           __u64 now) {
  if (is_creating(system_call)) return true;
  if (system_call != -1 || !is_over(call)) return false;
  const __u64 end = end_of(call);
  return now - (call->last_ran > end ? call->last_ran : end) < way_back;
}
