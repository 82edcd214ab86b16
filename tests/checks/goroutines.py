#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What `forklift goroutines` shows of a Go program that hangs on its ForkLock.

Called with the command and the program, built in several ways.
"""

import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time

forklift, *programs = sys.argv[1:]
if not programs:
    print("skipped: there is no Go here to build a program with")
    sys.exit(77)
# The code of stripped programs is read on x86-64 only.
if platform.machine() != "x86_64":
    programs = [program for program in programs if not program.endswith("stripped")]

nobody = 65534
is_root = os.geteuid() == 0


class Hang:
    """One of the programs, hanging; ends with its block."""

    def __init__(self, program, **more):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1, **more)
        self.pid = self.process.pid
        assert self.process.stdout.readline().split() == ["ready", str(self.pid)]

    def say(self, word):
        self.process.stdin.write(word + "\n")
        return self.process.stdout.readline().split()

    def status(self, name):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return line.split(":", 1)[1].strip()
        raise AssertionError(name)

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()


def run(*words, **more):
    return subprocess.run([forklift, "goroutines", *map(str, words)], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, timeout=30, **more)


def look(pid):
    done = run(pid, "--json")
    assert done.returncode == 0 and done.stderr == "", (done.returncode, done.stderr)
    return json.loads(done.stdout)


def look_until(pid, wanted):
    """The first look that is as wanted: goroutines need some time to get where they wait."""
    end = time.monotonic() + 10
    while True:
        seen = look(pid)
        if wanted(seen):
            return seen
        assert time.monotonic() < end, json.dumps(seen, indent=1)
        time.sleep(0.01)


def functions(goroutine):
    return [frame["function"] for frame in goroutine["stack"]]


def waits(seen, kind):
    return [each for each in seen["goroutines"] if each["fork_lock"] == kind]


def hangs(seen):
    lock = seen["fork_lock"]
    return lock and lock["readers_waiting"] == 20 and lock["queued"] == 2 and settled(seen)


def settled(seen):
    """Everybody is where they will stay."""
    places = (("main.receive", "waiting"), ("main.sleep", "waiting"), ("main.hold", "waiting"),
              ("main.readInSystemCall", "syscall"), ("main.waitForAnotherLock", "waiting"))
    return (len(waits(seen, "reader")), len(waits(seen, "queued"))) == (20, 2) and all(
        only(seen, name)["state"] == state for name, state in places)


def only(seen, name):
    """The one goroutine that has a function on its stack."""
    found = [each for each in seen["goroutines"] if name in functions(each)]
    return found[0] if len(found) == 1 else {"state": None}


def check_json(hang):
    seen = look_until(hang.pid, hangs)
    assert (seen["schema"], seen["version"]) == ("forklift-goroutines", 1), seen
    assert seen["process"]["pid"] == hang.pid and seen["process"]["go"].startswith("go1."), seen
    assert seen["missing"] == [], seen["missing"]
    assert seen["fork_lock"] == {"held": True, "awaited": False, "readers_inside": 0,
                                 "readers_waiting": 20, "queued": 2}, seen["fork_lock"]
    order = [each["fork_lock"] for each in seen["goroutines"]]
    assert order[:22] == ["reader"] * 20 + ["queued"] * 2, order
    assert order[22:] == [None] * len(order[22:]), order
    for each in waits(seen, "reader"):
        assert "main.createDescriptor" in functions(each), each
        assert each["created_by"]["function"] == "main.start", each
        assert each["created_by"]["file"] == "goroutines/hang.go", each
        assert each["created_by"]["line"] > 0, each
    for each in waits(seen, "queued"):
        assert "main.waitForTurn" in functions(each), each
        assert "sync.(*RWMutex).Lock" in functions(each), each
    assert only(seen, "main.receive")["reason"] == "chan receive"
    assert only(seen, "main.hold")["reason"] == "chan receive"
    assert only(seen, "main.sleep")["reason"] == "sleep"
    reads = only(seen, "main.readInSystemCall")
    assert "syscall.read" in functions(reads), reads
    assert reads["thread"] in map(int, os.listdir(f"/proc/{hang.pid}/task")), reads
    first = [each for each in seen["goroutines"] if each["id"] == 1]
    assert "main.main" in functions(first[0]) and first[0]["created_by"] is None, first
    # How long it waits is known from the first collection on that found it so.
    assert hang.say("collect") == ["collected"]
    assert all(each["blocked_ns"] for each in waits(look_until(hang.pid, hangs), "reader"))


def check_text(hang):
    done = run(hang.pid)
    assert done.returncode == 0 and done.stderr == "", done
    first, lock, empty, readers, *rest = done.stdout.splitlines()
    assert f"({hang.pid}), go1." in first and "goroutines, looked at in " in first, first
    assert lock == "ForkLock: held by a launcher; 20 readers wait; 2 launchers are queued", lock
    assert empty == "" and readers.startswith("20 goroutines ["), readers
    assert "] wait for the ForkLock, to create descriptors (" in readers, readers
    assert rest[0].startswith("    sync.runtime_Semacquire"), rest
    launchers = next(line for line in rest if not line.startswith("    ") and line)
    assert launchers.startswith("2 goroutines [") and "to launch (" in launchers, launchers
    assert "\x1b" not in done.stdout


def check_untouched(hang):
    """While it is looked at a hundred times a second, nobody traces, stops or signals it."""
    watch = subprocess.Popen([forklift, "goroutines", str(hang.pid), "--every", "10ms", "--json"],
                             stdout=subprocess.PIPE, text=True)
    for _ in range(50):
        json.loads(watch.stdout.readline())
        assert hang.status("TracerPid") == "0"
        assert hang.status("State")[0] in "SRD", hang.status("State")
        assert int(hang.status("SigPnd"), 16) == int(hang.status("ShdPnd"), 16) == 0
    watch.send_signal(signal.SIGINT)
    rest = watch.communicate(timeout=10)[0]
    assert watch.returncode == 0, watch.returncode
    assert all(json.loads(line)["version"] == 1 for line in rest.splitlines()), rest


def check_release(hang):
    assert hang.say("release") == ["released"]
    free = look_until(hang.pid, lambda seen: seen["fork_lock"] == {
        "held": False, "awaited": False, "readers_inside": 0, "readers_waiting": 0, "queued": 0})
    assert not waits(free, "reader") and not waits(free, "queued"), free
    assert "ForkLock: free\n" in run(hang.pid).stdout
    assert hang.say("launch") == ["launched", "<nil>"]


def check_end(hang):
    """A repetition ends with the process, and says so; a look afterwards is refused."""
    watch = subprocess.Popen([forklift, "goroutines", str(hang.pid), "--every", "20ms"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    looks = 0
    while looks < 2:
        looks += "looked at in" in watch.stdout.readline()
    hang.end()
    _, told = watch.communicate(timeout=10)
    assert watch.returncode == 0, (watch.returncode, told)
    assert f"process {hang.pid} (" in told and "has ended" in told, told
    done = run(hang.pid)
    assert done.returncode == 2 and done.stdout == "", done
    assert str(hang.pid) in done.stderr and done.stderr.count("\n") == 1, done.stderr


def check_bad_input():
    cases = [
        ((os.getpid(),), f"process {os.getpid()} ('python"),
        ((os.getpid(),), "is not a Go program"),
        ((), "PID is required"),
        (("abc",), "'abc' is not a process id"),
        (("-1",), ""),
        (("0",), "'0' is not a process id"),
        ((os.getpid(), "--every", "1"), "not a duration"),
        ((os.getpid(), "--every", "1ms"), "less than 10ms"),
    ]
    for words, part in cases:
        done = run(*words)
        assert done.returncode == 2 and done.stdout == "", (words, done)
        assert part in done.stderr and done.stderr.count("\n") == 1, (words, done.stderr)


def check_other_users(program):
    if not is_root:
        print("skipped: another user's process: only root can start one")
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        theirs = shutil.copy(program, folder)
        as_nobody = {"user": nobody, "group": nobody, "extra_groups": []}
        try:
            subprocess.run([forklift, "--version"], capture_output=True, check=True, **as_nobody)
        except (OSError, subprocess.CalledProcessError):
            print("skipped: as another user: the command lies where they cannot execute it")
            return
        with Hang(theirs, **as_nobody) as hang:
            end = time.monotonic() + 10
            while True:
                done = run(hang.pid, **as_nobody)
                if "yama" in done.stderr:
                    print("skipped: own process as another user: ptrace_scope forbids it")
                    break
                assert done.returncode == 0 and done.stderr == "", done
                if "20 readers wait; 2 launchers are queued" in done.stdout:
                    break
                assert time.monotonic() < end, done.stdout
        with Hang(program) as hang:
            done = run(hang.pid, **as_nobody)
            assert done.returncode == 2 and done.stdout == "", done
            assert "belongs to the user 'root'" in done.stderr, done.stderr
            assert done.stderr.count("\n") == 1, done.stderr


check_bad_input()
for each_program in programs:
    with Hang(each_program) as each_hang:
        check_json(each_hang)
        check_text(each_hang)
        check_untouched(each_hang)
        check_release(each_hang)
        check_end(each_hang)
check_other_users(programs[0])
print(f"{len(programs)} programs: lock, waiters, stacks, and nothing of them touched")
