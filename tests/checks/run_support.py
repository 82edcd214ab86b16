# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What the checks of `forklift run` have in common."""

import os
import pathlib
import subprocess
import sys

forklift = sys.argv[1]
is_root = os.geteuid() == 0


def run(*words, **more):
    more = {"stdin": subprocess.DEVNULL, "timeout": 60, **more}
    return subprocess.run([forklift, "run", *words], capture_output=True, text=True, **more)


def prints(*words, **more):
    """What a program prints that has to succeed."""
    done = run(*words, **more)
    assert done.returncode == 0, (words, done.returncode, done.stderr)
    assert done.stderr == "", (words, done.stderr)
    return done.stdout


def status_of(name, *options):
    """A line of /proc/self/status as the child has it."""
    for line in prints(*options, "--", "cat", "/proc/self/status").splitlines():
        if line.startswith(name + ":"):
            return line.split(":", 1)[1].strip()
    raise AssertionError((name, options))


def cgroup_root():
    """Where version 2 is mounted, or None."""
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        if after.split()[0] == "cgroup2":
            return before.split()[4]
    return None


def skips(what, why):
    print(f"skipped: {what}: {why}")
