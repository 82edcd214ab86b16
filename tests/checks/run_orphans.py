#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""As process 1, or as a subreaper, the command reaps orphans, and only those."""

import os
import subprocess

from run_support import forklift

CONTAINER = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
# Orphans, whose end cat waits for; then until none of them is a zombie. Without
# a reaper this has no end.
REAPED = """
for i in 1 2 3 4 5 6 7 8 9 10; do (sh -c 'exit 3' &) ; done | cat
while grep -qs '^State:.*zombie' $(ls -d /proc/[0-9]*/status); do sleep 0.02; done
exit 7
"""


def ends(command, status, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          timeout=60, **more)
    assert done.returncode == status, (command, done)


def as_process_1():
    ends([*CONTAINER, forklift, "run", "sh", "-c", REAPED], 7)
    ends([*CONTAINER, forklift, "run", "--timeout", "60", "sh", "-c", REAPED], 7)
    # The program's own status, in the crowd of others'.
    for status in (0, 5, 9):
        crowd = f"for i in 1 2 3 4 5; do (true &); done; exit {status}"
        ends([*CONTAINER, forklift, "run", "sh", "-c", crowd], status)
    ends([*CONTAINER, forklift, "run", "sh", "-c", "(true &); kill -TERM $$"], 143)
    # Those whom the command was executed with.
    inherited = 'for i in 1 2 3; do true & done; exec "$@"'
    ends([*CONTAINER, "sh", "-c", inherited, "sh", forklift, "run", "sh", "-c", REAPED], 7)


def as_subreaper():
    program = """
for i in 1 2 3 4 5; do (true &); done | cat
while test "$(cat /proc/$PPID/task/$PPID/children)" != "$$ "; do sleep 0.02; done
exit 8
"""
    ends([forklift, "run", "--subreaper", "sh", "-c", program], 8)


probe = [*CONTAINER, "true"]
if os.geteuid() == 0 and subprocess.run(probe, stderr=subprocess.DEVNULL).returncode == 0:
    as_process_1()
else:
    print("skipped: process 1 of a namespace takes root")
as_subreaper()
print("orphans are reaped, and no status is lost")
