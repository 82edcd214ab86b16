#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""SIGUSR1 makes a dump that names every worker, with functions of ours in the
stack of one that waits; SIGINT ends the run at once, with all that it has."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

forklift = sys.argv[1]
workers = 6


class Dumps:
    """Asks for dumps and reads them; one is complete when the next begins."""

    def __init__(self, process):
        self.process = process
        self.read_to("workers launch")
        self.ask()

    def read_to(self, words):
        lines = []
        for line in self.process.stderr:
            lines.append(line.rstrip("\n"))
            if words in line:
                return lines
        raise AssertionError(("ended", lines))

    def ask(self):
        self.process.send_signal(signal.SIGUSR1)
        self.read_to("=== ")

    def next(self):
        self.process.send_signal(signal.SIGUSR1)
        return self.read_to("=== ")[:-1]


def check(dump):
    """True if somebody waited, with the ForkLock in the stack."""
    assert dump[0].startswith("ForkLock: "), dump
    named = [re.match(r"worker (\d+): (running|waiting for the ForkLock|launching"
                      r"|waiting for its child) for [\d.]+ (us|ms|s)$", line)
             for line in dump if line.startswith("worker")]
    assert all(named), dump
    assert sorted(int(one[1]) for one in named) == list(range(1, workers + 1)), dump
    stacks = "\n".join(dump).split("\n\n")[1:]
    assert all("\n    " in stack for stack in stacks), dump
    return any("waiting for the ForkLock" in stack and "go_lock::ForkLock" in stack
               and "lab::" in stack for stack in stacks)


def nobody_is_left(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def start(path, rss):
    return subprocess.Popen(
        [forklift, "lab", "hang", "--contender", "go1.8,forklift", "--rss", rss, "--grow", "0",
         "--workers", str(workers), "--for", "60s", "--dump-every", "0", "--json", path],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
        start_new_session=True)


def interrupt(process, path):
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=50)
    took = time.monotonic() - asked
    assert process.returncode == 130, process.returncode
    # The workers had most of a minute to go.
    assert took < 30, took
    assert nobody_is_left(process.pid)
    document = json.load(open(path))
    assert [entry["contender"] for entry in document["runs"]] == ["go1.8"]
    assert any(warning["kind"] == "interrupted" for warning in document["warnings"])
    assert "wait for the lock, longest" in out and "go1.8" in out, out
    return document["runs"][0]


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "hang.json")
    process = start(path, "700M")
    try:
        dumps = Dumps(process)
        asked = 1
        while True:
            asked += 1
            assert asked < 50, "in 50 dumps nobody waited with the ForkLock in the stack"
            if check(dumps.next()):
                break
        entry = interrupt(process, path)
        assert entry["launches"] > 0 and entry["dumps"] >= asked, entry
        assert entry["lock_wait_us"]["max"] > 0 and max(entry["waiting_per_dump"]) > 0, entry

        # Also while memory is still being made resident.
        process = start(path, "2G")
        process.stderr.readline(), process.stderr.readline()
        interrupt(process, path)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
print("dumps name every worker, and an interrupt ends the run with what it has")
