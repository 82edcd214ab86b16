# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What the checks of `forklift check` and `survey` have in common."""

import json
import os
import subprocess
import sys

forklift = sys.argv[1]
is_root = os.geteuid() == 0

# Has memory of one kind, and measures forks of its own when it is asked to, in
# processor time: on a busy machine the time of day measures the neighbours.
TARGET = """
import mmap, os, statistics, sys, time
size, kind = int(sys.argv[1]) << 20, sys.argv[2]
memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory.madvise({"huge": 14}.get(kind, 15))
if kind == "dontfork":
    memory.madvise(10)
for at in range(0, size, 4096):
    memory[at] = 1
print("ready", flush=True)

def one_fork():
    begin = time.thread_time()
    child = os.fork()
    if child == 0:
        os._exit(0)
    spent = time.thread_time() - begin
    os.waitpid(child, 0)
    return 1000 * spent

for line in sys.stdin:
    print(statistics.median(one_fork() for _ in range(7)), flush=True)
"""


class Target:
    """A process with so many MiB of its own: of kind "small", "huge", "dontfork"."""

    def __init__(self, mebibytes, kind="small"):
        self.process = subprocess.Popen(
            [sys.executable, "-c", TARGET, str(mebibytes), kind], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == "ready\n"
        self.pid = self.process.pid

    def measure(self):
        """Milliseconds of a usual fork."""
        self.process.stdin.write("fork\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def run(*words, **more):
    more = {"stdin": subprocess.DEVNULL, "timeout": 60, **more}
    return subprocess.run([forklift, *map(str, words)], capture_output=True, text=True, **more)


def prints(*words, **more):
    """What a command prints that has to succeed."""
    done = run(*words, **more)
    assert done.returncode == 0, (words, done.returncode, done.stderr)
    assert done.stderr == "", (words, done.stderr)
    return done.stdout


def as_json(*words, **more):
    return json.loads(prints(*words, "--json", **more))


def is_narrow(text):
    return all(len(line) <= 100 for line in text.splitlines())


def nobody_may_run_it():
    """Whether another user can reach the command where it was built."""
    if not is_root:
        return False
    try:
        return run("--version", user=65534, group=65534, extra_groups=[]).returncode == 0
    except PermissionError:
        return False
