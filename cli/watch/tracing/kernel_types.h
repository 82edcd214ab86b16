/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* The few fields of the kernel's structures that the hooks read, each found in
 * the running kernel by its name. A whole vmlinux.h would be 3 MB. */

#include <linux/types.h>
#include <stdbool.h>

/* bpf_tracing.h then uses the kernel's names for the fields of pt_regs. */
#define __VMLINUX_H__
#define __KERNEL_TYPES_BY_NAME __attribute__((preserve_access_index))

struct percpu_counter {
  __s64 count;
} __KERNEL_TYPES_BY_NAME;

struct mm_struct {
  struct {
    long counter;
  } pgtables_bytes;
  int map_count;
  struct percpu_counter rss_stat[4]; /* since Linux 6.2 */
} __KERNEL_TYPES_BY_NAME;

/* Before. It is another flavour of mm_struct, not a new type: a type that the
 * kernel lacks is searched for in its modules, which requires CAP_SYS_ADMIN. */
struct mm_struct___before_6_2 {
  struct {
    struct {
      long counter;
    } count[4];
  } rss_stat;
} __KERNEL_TYPES_BY_NAME;

struct signal_struct {
  int nr_threads;
} __KERNEL_TYPES_BY_NAME;

struct task_struct {
  unsigned int __state; /* since Linux 5.14 */
  unsigned int flags;
  int exit_signal;
  int pid;
  int tgid;
  char comm[16];
  struct mm_struct* mm;
  struct signal_struct* signal;
} __KERNEL_TYPES_BY_NAME;

struct linux_binprm {
  const char* filename;
} __KERNEL_TYPES_BY_NAME;

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
  unsigned long di;
  unsigned long orig_ax;
} __KERNEL_TYPES_BY_NAME;
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
  unsigned long orig_x0;
  int syscallno;
} __KERNEL_TYPES_BY_NAME;
#else
#error "no registers are known for this machine"
#endif
