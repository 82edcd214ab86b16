/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* Records for the observer. */

#include "target.bpf.h"

enum { RECORDS_SIZE = 8 << 20 };

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, RECORDS_SIZE);
} records SEC(".maps");

/* Copies of stacks in this second: calls and waits have a share each. */
struct share {
  __u64 second;
  __u64 taken;
};
static struct share call_copies = {}, wait_copies = {};

enum { CALL_COPIES_A_SECOND = 200, WAIT_COPIES_A_SECOND = 100 };

#define TELL(record_type, record_kind, record_thread, record_id)                 \
  ({                                                                             \
    struct record_type* told = bpf_ringbuf_reserve(&records, sizeof *told, 0);   \
    if (told) told->head = (struct watch_head){record_kind, record_thread, record_id}; \
    else __sync_fetch_and_add(&counters.lost, 1);                                \
    told;                                                                        \
  })

/* Each wakeup of the observer takes a processor from the target: it polls some
 * ten times a second anyway, and is woken only before the buffer is full. */
static __always_inline void send(void* record) {
  const __u64 waiting = bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA);
  bpf_ringbuf_submit(record, waiting > RECORDS_SIZE / 4 ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

static __always_inline bool is_left(struct share* share, __u64 most) {
  const __u64 second = bpf_ktime_get_ns() >> 30;
  if (share->second != second) {
    share->second = second;
    share->taken = 0;
  }
  return __sync_fetch_and_add(&share->taken, 1) < most;
}

#if defined(__TARGET_ARCH_x86)
enum { REGISTERS = 21, STACK_POINTER = 19 };
#else
enum { REGISTERS = 34, STACK_POINTER = 31 };
#endif

static __always_inline void read_addresses(void* context, struct watch_stack* stack) {
  const long length =
      bpf_get_stack(context, stack->addresses, sizeof stack->addresses, BPF_F_USER_STACK);
  stack->addresses_count = length > 0 ? (__u32)length >> 3 : 0;
  stack->length = 0;
  const long registers = bpf_task_pt_regs(bpf_get_current_task_btf());
  bpf_probe_read_kernel(stack->registers, REGISTERS * sizeof(__u64), (void*)registers);
}

static __always_inline void tell_addresses(void* context, __u64 id) {
  struct watch_stack* stack =
      bpf_ringbuf_reserve(&records, __builtin_offsetof(struct watch_stack, bytes), 0);
  if (!stack) return;
  stack->head = (struct watch_head){WATCH_STACK, this_thread(), id};
  read_addresses(context, stack);
  send(stack);
}

/* In pieces: the last of them may lie beyond the stack's end. */
static __always_inline void tell_copy(void* context, __u64 id) {
  struct watch_stack* stack = bpf_ringbuf_reserve(&records, sizeof *stack, 0);
  if (!stack) return;
  stack->head = (struct watch_head){WATCH_STACK, this_thread(), id};
  read_addresses(context, stack);
  const __u64 from = stack->registers[STACK_POINTER];
  __u32 length = 0;
  for (int i = 0; i < WATCH_STACK_BYTES / WATCH_STACK_PIECE; ++i) {
    const __u32 at = i * WATCH_STACK_PIECE;
    if (bpf_probe_read_user(stack->bytes + at, WATCH_STACK_PIECE, (void*)(from + at))) break;
    length += WATCH_STACK_PIECE;
  }
  stack->length = length;
  send(stack);
}

static __always_inline void tell_stack(void* context, __u64 id, struct share* share, __u64 most) {
  if (!stacks) return;
  if (is_left(share, most))
    tell_copy(context, id);
  else
    tell_addresses(context, id);
}

/* Its stack must have been sent before. */
static __always_inline void tell_wait(struct task_struct* task, __u64 id, __u32 reason, __u64 begin,
                                      __u64 end, __u32 waker) {
  struct watch_wait* wait = TELL(watch_wait, WATCH_WAIT, task->pid, id);
  if (!wait) return;
  wait->begin = begin;
  wait->end = end;
  wait->reason = reason;
  wait->waker = waker;
  bpf_probe_read_kernel_str(wait->name, sizeof wait->name, task->comm);
  send(wait);
}
