#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""All contenders take turns in one process, two threads at once: every launch
succeeds, so nobody takes another's status; no child is left behind, and no
descriptor; and no library makes the others' children start with a signal
blocked."""

import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile

LAUNCHES = 400
# Below what the process needs and a descriptor for every launch of a contender.
DESCRIPTORS = 300
PR_SET_CHILD_SUBREAPER = 36
# Without a command, around whose start the shell itself blocks signals.
NOTHING_IS_BLOCKED = """#!/bin/sh
while read name mask; do
  test "$name" != SigBlk: || test "$mask" = 0000000000000000 || exit 1
done < /proc/$$/status
"""

forklift, *libraries = sys.argv[1:]
own = ["fork", "posix_spawn", "vfork", "forklift", "forklift-async"]


def adopt_orphans():
    assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def limit_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))


def no_child_is_left():
    try:
        return os.waitpid(-1, os.WNOHANG) and False
    except ChildProcessError:
        return True


adopt_orphans()
with tempfile.NamedTemporaryFile(suffix=".json") as report:
    done = subprocess.run([forklift, "lab", "--rss", "0", "--descriptors", "50", "--workers", "2",
                           "--launches", str(LAUNCHES), "--json", report.name],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          preexec_fn=limit_descriptors)
    errors = [line for line in done.stderr.splitlines() if "warning:" not in line]
    assert done.returncode == 0 and not errors, done.stderr
    assert no_child_is_left()
    runs = json.load(open(report.name))["runs"]

names = [run["contender"] for run in runs]
assert set(own + libraries) <= set(names), names
for run in runs:
    assert run["launches"] >= LAUNCHES, run
    assert 0 < run["hold_us"]["p50"] <= run["launch_us"]["p50"] <= run["finish_us"]["p50"], run
# The libraries' contenders fail when their child does.
with tempfile.TemporaryDirectory() as folder:
    program = os.path.join(folder, "mask")
    with open(program, "w") as script:
        script.write(NOTHING_IS_BLOCKED)
    os.chmod(program, 0o755)
    subprocess.run([forklift, "lab", "--rss", "0", "--descriptors", "50", "--launches", "9",
                    "--program", program, "--contender", ",".join(["vfork", *libraries])],
                   check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                   preexec_fn=limit_descriptors)

print(f"{len(runs)} contenders together:", ", ".join(names))
