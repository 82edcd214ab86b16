#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""At 2 GiB and with 8 workers: the median wait for the ForkLock is at least ten
times as long under go1.8 as under go1.9, the longest is longer, forklift has none,
and its p99 launch is not longer than that of go1.21.

All are asked for the same rate, two fifths of what go1.21 can do here. Workers
that launch as fast as they can make more launches by the faster contender, and
then a p99 tells of the queue for the processors (docs/decisions/0008).

Ratios only, and of medians where there is a choice. Where exec takes three times
as long, medians differ 40 times, but longest waits 3 to 8 times, since one slow
launch makes one; and the p99 of go1.21 is 0.98 to 1.3 times forklift's. On a machine that others use meanwhile one attempt may be spoilt,
so there are up to three; each is printed."""

import json
import os
import subprocess
import sys
import tempfile
import time

forklift = sys.argv[1]
NOT_LONGER = 1.25  # the p99 of one contender differs by so much from run to run
attempts = 3
enough_s = 55  # no attempt begins later: all shall take less than 90 s

available_kib = next(int(line.split()[1]) for line in open("/proc/meminfo")
                     if line.startswith("MemAvailable:"))
if available_kib < 6 << 20:
    print(f"skipped: {available_kib >> 10} MiB of memory are available, 6 GiB are needed")
    sys.exit(77)


def hang(path, *arguments):
    done = subprocess.run(
        [forklift, "lab", "hang", "--rss", "2G", "--grow", "0", "--workers", "8",
         "--dump-every", "0", "--json", path, *arguments],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=80)
    if done.returncode == 2 and "only half of" in done.stderr:
        print("skipped: " + done.stderr.strip())  # a limit of a cgroup
        sys.exit(77)
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    return {run["contender"]: run for run in json.load(open(path))["runs"]}


def attempt(path):
    most = hang(path, "--contender", "go1.21", "--for", "1s")["go1.21"]["rate_per_s"]
    return hang(path, "--contender", "go1.8,go1.9,go1.21,forklift", "--for", "3s",
                "--rate", f"{0.4 * most:.0f}")


def verdict(runs):
    median = {name: run["lock_wait_us"]["p50"] for name, run in runs.items()}
    longest = {name: run["lock_wait_us"]["max"] for name, run in runs.items()}
    p99 = {name: run["launch_us"]["p99"] for name, run in runs.items()}
    # A lock that was free in most cases has a median of next to nothing.
    waits = median["go1.8"] / max(median["go1.9"], 1)
    extremes = longest["go1.8"] / longest["go1.9"]
    launches = p99["forklift"] / p99["go1.21"]
    print(f"median wait, go1.8 to go1.9: {waits:.1f} (at least 10); "
          f"longest: {extremes:.1f} (above 1); forklift: {longest['forklift']:.0f} us (0); "
          f"p99 launch, forklift to go1.21: {launches:.2f} (at most {NOT_LONGER})")
    return (waits >= 10 and extremes > 1 and longest["forklift"] == 0
            and launches <= NOT_LONGER)


begin = time.monotonic()
with tempfile.TemporaryDirectory() as folder:
    for number in range(1, attempts + 1):
        if number > 1 and time.monotonic() - begin > enough_s:
            break
        print(f"attempt {number}")
        if verdict(attempt(os.path.join(folder, "hang.json"))):
            sys.exit(0)
sys.exit("the expected result was not seen")
