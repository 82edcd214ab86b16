#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Where /proc is not mounted, what needs it says so in one line; the rest works."""

import os
import subprocess
import sys

forklift, recordings = sys.argv[1:]
WITHOUT = 'mount -t tmpfs none /proc && exec "$@"'


def ends(*words):
    return subprocess.run(["unshare", "--mount", "sh", "-c", WITHOUT, "sh", forklift, *words],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


probe = ["unshare", "--mount", "sh", "-c", WITHOUT, "sh", "true"]
if os.geteuid() != 0 or subprocess.run(probe, stderr=subprocess.DEVNULL).returncode != 0:
    print("skipped: mounting takes root")
    sys.exit(77)

for words in (("check", "1"), ("survey",), ("watch", "1"), ("watch", "--", "true"),
              ("goroutines", "1"), ("lab", "--quick"), ("lab", "hang", "--short"),
              ("lab", "loop", "--short")):
    done = ends(*words)
    assert done.returncode == 2 and done.stdout == "", (words, done)
    assert done.stderr.count("\n") == 1 and "/proc, which is not mounted" in done.stderr, done
for words in (("doctor",), ("--version",), ("--help",), ("lab", "--help"),
              ("report", recordings + "/fork_four_threads.jsonl"), ("run", "echo", "words"),
              ("run", "--nice", "5", "--timeout", "60", "echo", "words")):
    done = ends(*words)
    assert done.returncode == 0 and done.stdout != "" and done.stderr == "", (words, done)
assert ends("run", "no_such").returncode == 127
print("without /proc nothing ends in an uncaught exception")
