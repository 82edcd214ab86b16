#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""One exec that stands still holds up every launcher behind Go 1.9's lock, not those
who share it or have none; Forklift's fails at its deadline, and start() does not wait."""

import json
import os
import subprocess
import sys
import tempfile

forklift = sys.argv[1]
delay_s = 2

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "stuck.json")
    done = subprocess.run(
        [forklift, "lab", "hang", "--stuck-exec", f"{delay_s}s", "--json", path],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=100,
        env={**os.environ, "TMPDIR": folder})
    if done.returncode == 1 and "--stuck-exec: " in done.stderr and not done.stdout:
        assert done.stderr.count("\n") == 1, done.stderr
        print("skipped: " + done.stderr.strip())
        sys.exit(77)
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    document = json.load(open(path))
    assert os.listdir(folder) == ["stuck.json"], "the copy of the program is still there"

runs = {run["contender"]: run for run in document["runs"]}
assert list(runs) == ["go1.8", "go1.9", "go1.21", "posix_spawn", "forklift"], list(runs)
behind = runs["go1.9"]
assert behind["waited"] == behind["workers"] == 8, behind
for name in ("go1.8", "go1.9", "go1.21", "posix_spawn"):
    run = runs[name]
    assert run["failure"] is None and run["stuck_launch_us"] >= 0.9 * delay_s * 1e6, run
for name in ("go1.21", "posix_spawn", "forklift"):
    assert runs[name]["waited"] < behind["waited"], runs[name]
    assert runs[name]["launches_meanwhile"] > 5 * behind["launches_meanwhile"], (name, runs)
for name in ("posix_spawn", "forklift"):
    assert runs[name]["waited"] == 0, runs[name]
ours = runs["forklift"]
assert "deadline" in ours["failure"], ours
assert ours["stuck_launch_us"] < 0.75 * delay_s * 1e6, ours
assert ours["start_us"] < delay_s * 1e6 / 10, ours
print("an exec that stands still holds up everybody behind an exclusive lock, and nobody else")
