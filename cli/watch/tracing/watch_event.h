/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* The interface of the hooks and the observer: records in a ring buffer, and
 * counters in shared memory. All times are of CLOCK_MONOTONIC, in nanoseconds;
 * threads and processes are numbered as in the initial pid namespace. */

#if defined(__cplusplus)
#include <linux/types.h>
#endif

enum {
  WATCH_ADDRESSES = 32,
  WATCH_REGISTERS = 34, /* user_regs_struct of either machine fits */
  WATCH_STACK_BYTES = 16384,
  WATCH_STACK_PIECE = 256,
  WATCH_NAME = 16,
  WATCH_PROGRAM = 128,
  WATCH_SYSTEM_CALLS = 512,
};

/* The class of a system call, by its number; the observer fills in a table. */
enum {
  WATCH_OTHER_CALL = 0,
  WATCH_FORK,
  WATCH_VFORK,
  WATCH_CLONE,  /* flags in its first argument */
  WATCH_CLONE3, /* in a structure, which begins with them */
  WATCH_EXECUTES,
  WATCH_SLEEPS,
  WATCH_FUTEX,
};

enum {
  WATCH_STACK = 1, /* of the call or wait with the same id, sent before it */
  WATCH_BEGIN,
  WATCH_HOLD,
  WATCH_CALL,
  WATCH_WAIT,
  WATCH_CHILD,
  WATCH_PROGRAM_CHANGED,
};

enum {
  WATCH_MEMORY_LOCK = 0,
  WATCH_FUTEX_WAIT,
  WATCH_RUNNABLE,
  WATCH_PAGE_FAULT,
  WATCH_OTHER_WAIT,
};

struct watch_head {
  __u32 kind;
  __u32 thread;
  __u64 id; /* of the call or wait, 0 for none */
};

struct watch_stack {
  struct watch_head head;
  __u32 addresses_count;
  __u32 length; /* of `bytes`; the record ends before them if there are none */
  __u64 addresses[WATCH_ADDRESSES];
  __u64 registers[WATCH_REGISTERS];
  __u8 bytes[WATCH_STACK_BYTES];
};

struct watch_begin {
  struct watch_head head;
  __u64 at;
};

/* A copying call had the memory lock; sent before another thread can have it. */
struct watch_hold {
  struct watch_head head;
  __u64 from;
  __u64 to;
};

struct watch_size {
  __u64 page_tables; /* bytes */
  __u64 resident;    /* pages, as the next */
  __u64 swapped;
  __u32 mappings;
  __u32 threads;
};

struct watch_call {
  struct watch_head head;
  __u64 begin;
  __u64 end; /* of the call itself */
  __u64 ran; /* when its caller ran again, at its end or later */
  __u64 flags;
  __u64 off_cpu;
  __u64 runnable;
  __u64 lock_wait;
  __u64 lock_held;
  struct watch_size size;
  __u32 child;
  __s32 system_call;
  __s32 error;
  __u32 restarts;
  __u8 flags_known;
  __u8 locked;
  __u8 cut;
  __u8 unused[5];
  char name[WATCH_NAME];
};

struct watch_wait {
  struct watch_head head;
  __u64 begin;
  __u64 end;
  __u32 reason;
  __u32 waker;
  char name[WATCH_NAME];
};

struct watch_child {
  struct watch_head head;
  __u64 at;
  __u64 since_call;
  __u64 in_exec; /* 0: not known */
  __u32 child;
  __u32 done;
  char program[WATCH_PROGRAM];
};

struct watch_program_changed {
  struct watch_head head;
  __u64 at;
  char program[WATCH_PROGRAM];
};

/* The state of a call in progress. */
struct watch_under_way {
  __u64 id;
  __u64 begin;
  __u64 child_at;  /* when the child existed */
  __u64 over_at;   /* when the system call was seen to end, in detail */
  __u64 slept_until; /* the caller's last sleep within the call, which suspends it */
  __u64 last_ran;    /* when the caller got a processor on its way out */
  __u64 lock_from; /* the lock is held since then */
  __u64 lock_let_go;
  __u64 flags;
  __u64 off_cpu;
  __u64 runnable;
  __u64 lock_wait;
  __u64 lock_held;
  struct watch_size size;
  __u32 child;
  __s32 system_call;
  __s32 error;
  __u32 restarts;
  __u8 flags_known;
  __u8 cut;
  __u8 in_window; /* waits of other threads are recorded */
  __u8 makes_thread;
  __u32 unused;
};

/* A thread of the target. */
struct watch_thread {
  struct watch_under_way call;
  __u64 off_since;  /* without a processor since then; 0: it has one */
  __u64 runnable_since;
  __u64 lock_wanted; /* waiting for the memory lock since then */
  __u64 wait_id;     /* under which its stack was sent */
  __s32 system_call;
  __u32 waker;
  __u32 blocked; /* it left voluntarily */
  __u32 unused;
};

struct watch_counters {
  __u64 faults;
  __u64 copy_faults;
  __u64 fault_samples;
  __u64 call_samples;
  __u64 threads_made;
  __u64 lost;
};
