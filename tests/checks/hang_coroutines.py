#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""The hang with coroutines: every coroutine is somewhere in every dump, SIGUSR1
asks for one, no more children are there than allowed, and what makes no sense is
refused before any work."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile

forklift = sys.argv[1]
coroutines = 2000
hang = [forklift, "lab", "hang", "--coroutines", "--rss", "16M", "--grow", "0"]

with tempfile.TemporaryDirectory() as folder:
    record = os.path.join(folder, "record.json")
    run = subprocess.Popen(
        [*hang, "--workers", str(coroutines), "--limit", "16", "--for", "2s", "--dump-every", "700ms",
         "--contender", "forklift,vfork", "--json", record],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in run.stderr:
        if line.startswith("==="):
            run.send_signal(signal.SIGUSR1)  # one more than the timer makes
            break
    out, dumps = run.communicate(timeout=150)
    assert run.returncode == 0, out + dumps
    text = json.load(open(record))

assert [one["contender"] for one in text["runs"]] == ["forklift", "vfork"]
for one in text["runs"]:
    assert one["launches"] > 0 and one["coroutines"] == coroutines and one["limit"] == 16
    assert one["launch_us"]["max"] >= one["launch_us"]["p50"] > 0
    for dump in one["dumps"]:
        states = dump["states"]
        assert sum(states.values()) == coroutines, states
        busy = states["launching"] + states["waiting for the end of a child"]
        assert busy <= 16, states
ours = text["runs"][0]
assert len(ours["dumps"]) >= 2, "one by the timer at least, one asked for"
assert all(dump["states"]["waiting for a permit"] > 0 for dump in ours["dumps"])
assert re.search(r"^coroutine \d+: waiting for a permit for ", dumps, re.M), dumps

for arguments, told in [
    (["--limit", "0"], "'0' is not a number"),
    (["--workers", "0"], "'0' is not a number"),
    (["--html", "page.html"], "--html has no page"),
    (["--rate", "5"], "--rate is for threads"),
]:
    refused = subprocess.run([*hang, *arguments], capture_output=True, text=True, timeout=20)
    assert refused.returncode == 2 and told in refused.stderr, (arguments, refused)
    assert refused.stderr.count("\n") == 1 and not refused.stdout, refused
alone = subprocess.run([forklift, "lab", "hang", "--limit", "3"], capture_output=True, text=True)
assert alone.returncode == 2 and "--limit is for --coroutines" in alone.stderr, alone
print("coroutines are all counted in", sum(len(one["dumps"]) for one in text["runs"]), "dumps")
