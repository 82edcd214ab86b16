/* SPDX-FileCopyrightText: The forklift authors */
/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once

/* The fate of the target's children and of its threads. */

#include "call.bpf.h"

struct birth {
  __u64 call;
  __u64 at;
  __u64 exec_at; /* when it began to execute a program */
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 8192);
  __type(key, __u32);
  __type(value, struct birth);
} births SEC(".maps");

static __always_inline void expect_of(__u32 child, __u64 call, __u64 at) {
  const struct birth birth = {.call = call, .at = at};
  bpf_map_update_elem(&births, &child, &birth, BPF_ANY);
}

static __always_inline void note_exec_begin(__u32 child) {
  struct birth* birth = bpf_map_lookup_elem(&births, &child);
  if (birth) birth->exec_at = bpf_ktime_get_ns();
}

static __always_inline void tell_child(__u32 child, struct linux_binprm* program) {
  struct birth* birth = bpf_map_lookup_elem(&births, &child);
  if (!birth) return;
  struct watch_child* told = TELL(watch_child, WATCH_CHILD, child, birth->call);
  if (told) {
    told->at = bpf_ktime_get_ns();
    told->since_call = told->at - birth->at;
    told->in_exec = program && birth->exec_at ? told->at - birth->exec_at : 0;
    told->child = child;
    told->done = program != 0;
    told->program[0] = 0;
    if (program)
      bpf_probe_read_kernel_str(told->program, sizeof told->program, program->filename);
    send(told);
  }
  bpf_map_delete_elem(&births, &child);
}

static __always_inline void tell_changed(struct linux_binprm* program) {
  struct watch_program_changed* told =
      TELL(watch_program_changed, WATCH_PROGRAM_CHANGED, target, 0);
  if (!told) return;
  told->at = bpf_ktime_get_ns();
  bpf_probe_read_kernel_str(told->program, sizeof told->program, program->filename);
  send(told);
}

/* Since Linux 6.10: execve(2) found the program and now releases the old memory.
 * In detail its own hook ran before. */
SEC("?tp_btf/sched_prepare_exec")
int BPF_PROG(on_exec_prepared, struct task_struct* task, struct linux_binprm* program) {
  if (!detail) note_exec_begin(task->tgid);
  return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct* task, int old_pid, struct linux_binprm* program) {
  if ((__u32)task->tgid == target)
    tell_changed(program);
  else
    tell_child(task->tgid, program);
  return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct* task) {
  const __u32 pid = task->pid;
  if ((__u32)task->tgid != target) {
    if (pid == (__u32)task->tgid) tell_child(pid, 0);
    return 0;
  }
  struct watch_thread* thread = known_thread(pid);
  if (!thread) return 0;
  settle(task, &thread->call);
  bpf_map_delete_elem(&threads, &pid);
  return 0;
}
