#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""A recording is shown in each form that is asked for, and in no other."""

import json
import os
import pathlib
import pty
import stat
import subprocess
import sys
import tempfile

forklift, recordings = sys.argv[1:]
fork = recordings + "/fork_four_threads.jsonl"


def report(*arguments, **more):
    return subprocess.run([forklift, "report", *arguments], capture_output=True, text=True,
                          timeout=20, check=True, **more).stdout


text = report(fork)
assert text.startswith("Seen by tracing"), text
assert "Process creation stalls this process: 14 calls" in text, text
assert "\x1b" not in text and max(len(line) for line in text.splitlines()) <= 100, text

document = json.loads(report(fork, "--json"))
assert (document["schema"], document["version"]) == ("forklift-watch", 1), document
assert [each["id"] for each in document["verdicts"]] == [
    "copying_call_stalls", "runtime_frozen", "teardown_in_exec"], document["verdicts"]

with tempfile.TemporaryDirectory() as folder:
    files = {option: os.path.join(folder, option) for option in ("trace", "folded", "openmetrics")}
    options = [part for option, path in files.items() for part in ("--" + option, path)]
    assert report(fork, *options) == text, "files change nothing of what is printed"
    assert sorted(os.listdir(folder)) == sorted(files), os.listdir(folder)

    trace = json.loads(pathlib.Path(files["trace"]).read_text())["traceEvents"]
    arrows = [event["id"] for event in trace if event["ph"] == "s"]
    assert len(arrows) == 56 and sorted(arrows) == sorted(
        event["id"] for event in trace if event["ph"] == "f"), arrows

    [line] = pathlib.Path(files["folded"]).read_text().splitlines()
    stack, microseconds = line.rsplit(" ", 1)
    assert stack.startswith("main;Pool::serve;") and stack.endswith(";clone (copying)"), line
    blocked = document["blocked"]["by_copying_calls_ms"] * 1000
    assert abs(int(microseconds) - blocked) <= 1, (line, blocked)

    metrics = pathlib.Path(files["openmetrics"]).read_text()
    assert metrics.endswith("\n# EOF\n"), metrics
    assert 'forklift_watch_calls_total{pid="4711",name="server",backend="tracing"' in metrics, metrics

    # Stacks are their owner's; metrics are for a collector that is somebody else.
    modes = {option: stat.S_IMODE(os.stat(path).st_mode) for option, path in files.items()}
    assert modes["trace"] == modes["folded"] == 0o600, modes
    assert modes["openmetrics"] & 0o400 and not modes["openmetrics"] & 0o022, modes

# On a terminal there is colour.
master, slave = pty.openpty()
with subprocess.Popen([forklift, "report", fork], stdout=slave) as process:
    os.close(slave)
    shown = b""
    try:
        while chunk := os.read(master, 65536):
            shown += chunk
    except OSError:  # the other end is closed
        pass
    assert process.wait(20) == 0
assert b"\x1b[1m" in shown, shown[:500]
print("each form of the report says the same")
