/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* The number of page faults, and their time by samples: no hook marks the end
 * of one. */

#include "call.bpf.h"

/* Bits of x86's error code; other machines lack these tracepoints. */
enum { PAGE_PRESENT = 1, PAGE_WRITTEN = 2 };

static __always_inline void count_fault(unsigned long code) {
  if (!is_target()) return;
  __sync_fetch_and_add(&counters.faults, 1);
  if ((code & PAGE_PRESENT) && (code & PAGE_WRITTEN))
    __sync_fetch_and_add(&counters.copy_faults, 1);
}

SEC("?tp_btf/page_fault_user")
int BPF_PROG(on_fault, unsigned long address, struct pt_regs* registers, unsigned long code) {
  count_fault(code);
  return 0;
}

SEC("?tp_btf/page_fault_kernel")
int BPF_PROG(on_kernel_fault, unsigned long address, struct pt_regs* registers,
             unsigned long code) {
  count_fault(code);
  return 0;
}

/* The context begins with the registers, of which only whole words may be read. */
static __always_inline bool was_in_program(void* context) {
#if defined(__TARGET_ARCH_x86)
  enum { CODE_SEGMENT = 17 };
  return (((volatile __u64*)context)[CODE_SEGMENT] & 3) == 3;
#else
  enum { STATE = 33 };
  return (((volatile __u64*)context)[STATE] & 0xf) == 0;
#endif
}

SEC("perf_event")
int on_sample(void* context) {
  if (!is_target()) return 0;
  struct task_struct* task = bpf_get_current_task_btf();
  const bool in_program = was_in_program(context);
  const int system_call = in_program ? -1 : system_call_of(task);
  if (!in_program && system_call == -1) __sync_fetch_and_add(&counters.fault_samples, 1);
  if (is_creating(system_call)) {
    __sync_fetch_and_add(&counters.call_samples, 1);
    return 0;
  }
  struct watch_thread* thread = known_thread(this_thread());
  if (!thread || !is_over(&thread->call)) return 0;
  if (!is_on_way_back(&thread->call, system_call, bpf_ktime_get_ns()))
    settle(task, &thread->call);
  return 0;
}
