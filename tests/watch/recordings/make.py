#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Makes the recordings beside it: one for each story that a report must tell.

The figures are those of real processes (a 2-core VM, Linux 6.18), rounded; the
order of events, too. Run it after a change of the schema, and look at the result."""

import json
import pathlib
import random

here = pathlib.Path(__file__).parent
MS = 1_000_000
MIB = 1 << 20

COPY = 0x1200011  # CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD
SPAWN = 0x100004100 | 17  # CLONE_CLEAR_SIGHAND | CLONE_VFORK | CLONE_VM | SIGCHLD
VFORK = 0x4100 | 17

EXACT = [("duration", "mmap_lock tracepoints", 1000), ("flags", "task_newtask", 0),
         ("on_cpu", "sched_switch", 1000), ("memory_lock", "mmap_lock tracepoints", 1000),
         ("other_waits", "sched_switch", 1000), ("faults", "page_fault_user", 0),
         ("copy_faults", "page_fault_user", 0), ("child", "sched_process_exec", 1000),
         ("size", "the kernel's own counters", 0), ("stacks", "a copy, unwound by libdw", 0)]


class Story:
    def __init__(self, name, *, runtime="native", version="", command="server --port 80",
                 threads=5, resident=1024 * MIB, tables=int(2.1 * MIB), seconds=10,
                 backend="tracing", sources=None, obstacles=(), calibration=True, swapped=0):
        self.name, self.random = name, random.Random(name)
        self.begin, self.end = 1000 * 1000 * MS, (1000 + seconds) * 1000 * MS
        self.calls = self.waits = 0
        self.size = {"page_tables_bytes": tables, "resident_bytes": resident,
                     "swapped_bytes": swapped, "mappings": 61, "threads": threads,
                     "descriptors": 12}
        exact = [{"figure": f, "from": s, "resolution_ns": r, "exact": True} for f, s, r in EXACT]
        exact.append({"figure": "fault_time", "from": "cpu-clock samples, 199 a second",
                      "resolution_ns": 5 * MS, "exact": False})
        self.lines = [{
            "schema": "forklift-recording", "version": 1, "made_by": "0.1.0",
            "command_line": "forklift watch 4711 --for %ds" % seconds,
            "machine": "Linux 6.18.44 x86_64, 2 processors", "begun": "2026-11-25T03:22:02Z",
            "begin_ns": self.begin, "attaching_ns": 52 * MS, "backend": backend, "detail": False,
            "obstacles": list(obstacles), "sources": sources or exact,
            **({"calibration": {"fixed_ns": 210_000, "per_megabyte_ns": 9_600_000}}
               if calibration else {}),
            "target": {
                "pid": 4711, "started_ticks": 81234, "name": command.split()[0],
                "command": command, "executable": "/usr/bin/" + command.split()[0], "user": 1000,
                "state": "S", "threads": threads, "mappings": 61, "descriptors": 12,
                "memory": {"mapped_bytes": resident * 2, "resident_bytes": resident,
                           "anonymous_bytes": resident - 4 * MIB, "swapped_bytes": swapped,
                           "page_tables_bytes": tables, "huge_bytes": 0},
                "runtime": runtime, "runtime_version": version}}]

    def add(self, event, **fields):
        self.lines.append({"event": event, **fields})

    def call(self, at, ms, *, flags=COPY, function="clone", stack=(), size=None, off=0.01,
             runnable=0.0, lock_wait=0.02, held=0.995, error=0, restarts=0, thread=4711,
             thread_name=None, child=True, fork_lock=None):
        self.calls += 1
        ns = int(ms * MS)
        copying = not flags & 0x100
        fields = {"number": self.calls, "thread": thread,
                  "thread_name": thread_name or self.lines[0]["target"]["name"],
                  "child": 5000 + self.calls if child and not error else 0, "function": function,
                  "flags": flags, "begin_ns": self.begin + int(at * MS), "duration_ns": ns,
                  "off_cpu_ns": int(ns * off), "runnable_ns": int(ns * runnable)}
        if copying:
            fields["lock_wait_ns"] = int(lock_wait * MS)
            fields["lock_held_ns"] = int(ns * held)
        fields.update(error=error, restarts=restarts, size={**self.size, **(size or {})})
        if fork_lock:
            fields["fork_lock"] = fork_lock
        self.add("call", **fields, stack=list(stack), cut=False)
        return self.calls

    def wait(self, at, ms, *, thread, name, call=0, reason="memory_lock", overlap=None, stack=(),
             waker=4711):
        ns = int(ms * MS)
        self.add("wait", call=call, thread=thread, thread_name=name, reason=reason,
                 begin_ns=self.begin + int(at * MS), duration_ns=ns,
                 overlap_ns=ns if overlap is None else int(overlap * MS), waker=waker,
                 stack=list(stack))

    def exec(self, call, at, since, in_exec, program="/usr/bin/convert", done=True):
        fields = {"call": call, "child": 5000 + call, "at_ns": self.begin + int(at * MS),
                  "since_call_ns": int(since * MS)}
        if in_exec is not None:
            fields["in_exec_ns"] = int(in_exec * MS)
        self.add("exec", **fields, program=program, done=done)

    def ticks(self, storm=(), per_fault_ns=2000, copying=0, base=12):
        """`storm`: (moment in ms, faults in each tenth of a second after it)."""
        faults = copy = time = calls = 0
        extra = {}
        for at, curve in storm:
            for i, count in enumerate(curve):
                extra[int(at // 100) + 1 + i] = extra.get(int(at // 100) + 1 + i, 0) + count
        for i in range((self.end - self.begin) // (100 * MS) + 1):
            more = extra.get(i, 0)
            faults += more + base * 3
            copy += more + base // 10
            time += more * per_fault_ns
            if more:
                calls = calls + copying * MS // len(extra)
            self.add("tick", at_ns=self.begin + i * 100 * MS, faults=faults, copy_faults=copy,
                     fault_time_ns=time, call_time_ns=int(calls), threads_made=0)

    def notice(self, kind, text, count=1, at=0):
        self.add("notice", kind=kind, at_ns=self.begin + int(at * MS), text=text, count=count)

    def finish(self, ended="time", hooks=(38 * MS, 212_345)):
        self.add("ending", reason=ended, at_ns=self.end, own_time_ns=91 * MS,
                 hook_time_ns=hooks[0], hook_runs=hooks[1], own_memory_bytes=26 * MIB)
        self.write()

    def write(self, lines=None):
        path = here / (self.name + ".jsonl")
        path.write_text("".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n"
                                for line in lines or self.lines))


FORK = ("__GI__Fork", "__libc_fork", "make_thumbnail(Request const&)", "Pool::serve", "main")
WRITER = ("fill(Page&)", "Writer::run", "start_thread", "__clone3")
IDLE = ("__GI___clock_nanosleep", "Ticker::run", "start_thread", "__clone3")


def fork_four_threads(name="fork_four_threads", story=None, storm=False):
    s = story or Story(name)
    curve = [26000, 19000, 12000, 8000, 4800, 2100, 400] if storm else [90, 30]
    at = [700 + 480 * i for i in range(14)]
    for i, begin in enumerate(at):
        ms = 27 + 5 * s.random.random()
        call = s.call(begin, ms, stack=FORK)
        for t in range(4):
            late = 0.2 + s.random.random()
            s.wait(begin + late, ms - late - 0.05, thread=4712 + t, call=call,
                   name="worker-%d" % t if t < 3 else "ticker", stack=WRITER if t < 3 else IDLE)
        s.exec(call, begin + ms + 20, ms + 20.5, 19.4 + s.random.random())
    s.ticks([(b, curve) for b in at], per_fault_ns=2000 if storm else 0,
            copying=14 * 29 if storm else 0)
    s.finish()


fork_four_threads()
fork_four_threads("copy_on_write_storm", storm=True)

s = Story("posix_spawn")
for i in range(23):
    at = 200 + 400 * i
    ms = 0.42 + 0.2 * s.random.random()
    call = s.call(at, ms, flags=SPAWN, function="clone3", off=0.8,
                  stack=("__clone3", "__spawni", "posix_spawn", "make_thumbnail(Request const&)",
                         "Pool::serve", "main"))
    s.exec(call, at + ms - 0.05, ms - 0.05, 0.24)
s.ticks()
s.finish()

s = Story("vfork_slow_child", command="python3 build.py", runtime="cpython", version="3.11",
          threads=2)
for i in range(9):
    at = 300 + 1000 * i
    call = s.call(at, 150.6, flags=VFORK, function="vfork", off=0.998,
                  stack=("__vfork", "subprocess_fork_exec", "_PyEval_EvalFrameDefault", "main"))
    s.exec(call, at + 150.5, 150.42, 0.31, "/mnt/tools/cc")
s.ticks()
s.finish()

s = Story("go_fork_lock", command="gitserver -listen :8080", runtime="go", version="go1.8.7",
          threads=7, resident=410 * MIB, tables=int(0.9 * MIB), seconds=4)
GO = ("syscall.RawSyscall6", "syscall.forkAndExecInChild", "syscall.forkExec",
      "os.startProcess", "os/exec.(*Cmd).Start", "main.handle", "runtime.goexit")
for i in range(77):
    at = 20 + 51 * i
    ms = 7.5 + 2 * s.random.random()
    call = s.call(at, ms, function="clone", flags=17, stack=GO, thread=4711 + i % 4,
                  fork_lock={"held": True, "readers": 11 + i % 10, "queued": i % 3})
    for t in range(2):
        s.wait(at + 0.1, ms - 0.2, thread=4715 + t, call=call, name="gitserver",
               stack=("runtime.mallocgc", "main.pack", "runtime.goexit"))
    s.wait(at - 1, ms + 3, overlap=ms, thread=4717, call=call, name="gitserver", reason="futex",
           stack=("runtime.futex", "runtime.notesleep", "runtime.stopm"))
for i in range(40):
    s.add("fork_lock", at_ns=s.begin + i * 100 * MS, looks=200, looks_held=150 + i % 20,
          longest_held_ns=8 * MS + i * 20_000, most_readers=11 + i % 10, most_queued=2)
s.ticks()
s.lines[0]["sources"].append({"figure": "fork_lock", "from": "process_vm_readv, 2000 looks a second",
                              "resolution_ns": MS // 2, "exact": False})
s.finish()

s = Story("not_fork", threads=19)
for i in range(3):
    call = s.call(1000 + 3000 * i, 0.6, flags=SPAWN, function="clone3", off=0.8, stack=FORK)
    s.exec(call, 1000.5 + 3000 * i, 0.55, 0.3)
for i in range(160):
    s.wait(40 + 60 * i, 3 + 4 * s.random.random(), thread=4712 + i % 18, name="mapper", waker=0,
           stack=("__munmap", "Arena::release", "Mapper::run", "start_thread", "__clone3"))
s.ticks()
s.finish()

s = Story("swap", swapped=900 * MIB, resident=3072 * MIB, tables=int(8.1 * MIB), threads=2,
          runtime="redis", version="7.0.15", command="redis-server *:6379")
for i in range(4):
    at = 900 + 2200 * i
    ms = 310 + 60 * s.random.random()
    call = s.call(at, ms, stack=("__GI__Fork", "redisFork", "rdbSaveBackground", "serverCron",
                                 "aeProcessEvents", "main"))
    s.wait(at + 1, ms - 2, thread=4712, call=call, name="bio_lazy_free", stack=WRITER)
    s.exec(call, at + ms + 900, ms + 900, None, "", done=False)
s.ticks([(900 + 2200 * i, [3388, 2502, 1631, 1179, 771]) for i in range(4)])
s.finish()

s = Story("perf_backend", backend="perf", calibration=False, obstacles=[
    {"backend": "tracing", "reason": "the kernel refuses BPF programs to ordinary users",
     "remedy": "sudo forklift watch 4711"}],
    sources=[{"figure": "duration", "from": "perf records of system calls", "resolution_ns": 2000,
              "exact": True},
             {"figure": "memory_lock", "from": "switches while a call was under way",
              "resolution_ns": MS, "exact": False},
             {"figure": "child", "from": "fork and comm records", "resolution_ns": 1000,
              "exact": True}])
s.notice("missed_call", "a call was under way while the events were opened", at=-20)
fork_four_threads("perf_backend", s)

s = Story("nothing")
s.ticks()
s.finish("interrupted")

s = Story("missed")
s.ticks([(0, [9000, 7000, 3000])])
s.finish()

whole = [json.loads(line) for line in (here / "posix_spawn.jsonl").read_text().splitlines()]
s.name = "cut_short"
s.write(whole[:11])
s.name = "newer_schema"
s.write([{**whole[0], "version": 2}] + whole[1:3] + whole[-1:])
