#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""The Go contenders make the system calls of their version of Go, in its order.

Where a Go from 1.9 to 1.20 is installed, a program of its own is held against
go1.9, too.
Usage: go_is_what_strace_saw.py FORKLIFT"""

import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

CALLS = ("pipe2,getpid,rt_sigprocmask,clone,clone3,fork,vfork,rt_sigaction,fcntl,"
         "prlimit64,execve,exit,write,close,read,wait4,waitid")
LOW, HIGH = 512, resource.getrlimit(resource.RLIMIT_NOFILE)[1]
MASK = ["rt_sigprocmask(SIG_SETMASK, NULL", "rt_sigprocmask(SIG_SETMASK, ~[]"]
UNMASK = ["rt_sigprocmask(SIG_SETMASK, []"]
STDIO = [f"fcntl({n}, F_SETFD, 0" for n in range(3)]
END = ["close(WRITING", "read(READING", "close(READING", "wait4("]
VFORK = "clone(child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD"
# Signals that the Go runtime handles: 64 but for KILL, STOP, TSTP, TTIN, TTOU,
# CONT and the C library's two.
HANDLED = 56

EXPECTED = {
    "go1.8": (["pipe2(O_CLOEXEC", "getpid(", "clone(child_stack=NULL, flags=SIGCHLD", *END],
              [*STDIO, "execve("]),
    "go1.9": (["pipe2(O_CLOEXEC", "getpid(", *MASK, VFORK, *UNMASK, *END],
              ["rt_sigaction(SIG_DFL"] * HANDLED + [*UNMASK, *STDIO, "execve("]),
    "go1.21": (["pipe2(O_CLOEXEC", "getpid(", *MASK, VFORK, *UNMASK, *END],
               ["rt_sigaction(SIG_DFL"] * HANDLED +
               [*UNMASK, *STDIO, f"prlimit64(0, RLIMIT_NOFILE, {{rlim_cur={LOW}", "execve("]),
}

GO_PROGRAM = """
package main

import (
	"os"
	"runtime"
	"syscall"
)

func main() {
	runtime.LockOSThread()
	for i := 0; i < 3; i++ {
		pid, err := syscall.ForkExec(os.Args[1], os.Args[1:2],
			&syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}})
		if err != nil {
			panic(err)
		}
		syscall.Wait4(pid, nil, 0, nil)
	}
}
"""


def traced(command):
    """Lists of calls by thread, each without its result, in the order made."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, "log")
        lower = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (LOW, HIGH))
        subprocess.run(["strace", "-f", "-qq", "-v", "-e", f"trace={CALLS}", "-e", "signal=none",
                        "-o", log, *command], check=True, timeout=120, preexec_fn=lower,
                       stdout=subprocess.DEVNULL)
        threads = {}
        for line in log.read_text().splitlines():
            thread, call = line.split(maxsplit=1)
            if resumed := re.match(r"<\.\.\. (\w+) resumed>(.*)", call):
                threads[thread][-1] += resumed[2]
            else:
                threads.setdefault(thread, []).append(call)
        return threads


def launch_in(threads):
    """The last launch: the launching thread's calls, and its child's."""
    for calls in threads.values():
        pipes = [i for i, call in enumerate(calls) if call.startswith("pipe2")]
        waits = [i for i, call in enumerate(calls) if call.startswith("wait4")]
        if not pipes or not waits or waits[-1] < pipes[-1]:
            continue
        parents = calls[pipes[-1]:waits[-1] + 1]
        child = re.match(r"wait4\((\d+)", parents[-1])[1]
        reading, writing = re.match(r"pipe2\(.*?\[(\d+), (\d+)\]", parents[0]).groups()
        childs = threads[child]
        last = next(i for i, call in enumerate(childs) if call.startswith("execve"))
        return (simple(parents, reading, writing), simple(childs[:last + 1], reading, writing))
    sys.exit("no launch in the trace")


def simple(calls, reading, writing):
    short = []
    for call in calls:
        call = re.sub(r"pipe2\(.*O_CLOEXEC", "pipe2(O_CLOEXEC", call)
        call = re.sub(r"rt_sigaction\(\w+, {sa_handler=SIG_DFL", "rt_sigaction(SIG_DFL", call)
        call = re.sub(rf"^(close|read)\({reading}\b", r"\1(READING", call)
        call = re.sub(rf"^(close|read)\({writing}\b", r"\1(WRITING", call)
        short.append(call)
    return short


def compare(who, seen, wanted):
    for side, calls, expected in zip(("parent", "child"), seen, wanted):
        right = len(calls) == len(expected) and all(map(str.startswith, calls, expected))
        if not right:
            print(f"{who}, {side}: expected\n  " + "\n  ".join(expected) + "\nbut saw\n  " +
                  "\n  ".join(calls))
            sys.exit(1)
    print(f"{who}: {len(seen[0])} calls of the parent, {len(seen[1])} of the child, as expected")


def real_go():
    go = shutil.which("go")
    if not go:
        return print("no Go here to hold go1.9 against")
    version = subprocess.run([go, "version"], capture_output=True, text=True, check=True).stdout
    minor = int(re.search(r"go1\.(\d+)", version)[1])
    if not 9 <= minor <= 20:
        return print(f"no Go from 1.9 to 1.20 here to hold go1.9 against: {version.strip()}")
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, "launch.go"), pathlib.Path(folder, "launch")
        source.write_text(GO_PROGRAM)
        subprocess.run([go, "build", "-o", program, source], check=True, timeout=300,
                       env={**os.environ, "GO111MODULE": "off", "GOCACHE": folder + "/cache"})
        seen = launch_in(traced([program, "/bin/true"]))
    # 1.19 and 1.20 raise the limit, too; from 1.20.4 the child gets it back.
    childs = [call for call in seen[1] if not call.startswith("prlimit64")]
    compare(version.split()[2], (seen[0], childs), EXPECTED["go1.9"])


for name, wanted in EXPECTED.items():
    lab = [sys.argv[1], "lab", "--contender", name, "--launches", "1", "--first", "0", "--rss", "0"]
    compare(name, launch_in(traced(lab)), wanted)
real_go()
