#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Runs a short experiment with an event loop by those contenders that were built,
and checks that its record agrees with itself; what it cannot be asked for is told
in one line, at once."""

import json
import os
import subprocess
import sys
import tempfile

forklift, *loops = sys.argv[1:]
coroutines, limit, rounds = 200, 5, 2


def run(*arguments, status=0, timeout=150):
    done = subprocess.run([forklift, "lab", "loop", *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=timeout)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done


def check_tail(tail):
    assert tail["p50"] <= tail["p99"] <= tail["p999"] <= tail["max"], tail


def check_loop(entry):
    for name in ("hold_us", "heartbeat_us", "idle_heartbeat_us", "queueing_us"):
        check_tail(entry[name])
    assert entry["hold_us"]["p50"] > 0 and entry["heartbeat_us"]["max"] > 0, entry
    # A thread that was inside a call for so long was late for a heartbeat, but
    # for the one to which it could still come in time.
    assert entry["heartbeat_us"]["max"] >= entry["hold_us"]["max"] - 1100, entry
    assert len(entry["done_per_burst"]) == rounds, entry
    assert all(0 < done <= coroutines for done in entry["done_per_burst"]), entry
    assert 1 <= entry["most_children"] <= limit, entry
    assert entry["launches"] >= sum(entry["done_per_burst"]), entry
    assert entry["rate_per_s"]["p50"] > 0, entry


def check_bad_input():
    for arguments, status, words in [
        (("--coroutines", "0"), 2, "--coroutines"),
        (("--coroutines", "many"), 2, "many"),
        (("--limit", "0"), 2, "--limit"),
        (("--rounds", "0"), 2, "--rounds"),
        (("--contender", "nobody"), 2, "nobody"),
        (("--rss", "900000G"), 2, "is more than"),
        (("--descriptors", "99999999"), 2, "is more than"),
        (("--program", "/no/such/program"), 1, "/no/such/program"),
        (("--program", "/bin/false"), 1, "exited with 1"),
        (("--json", "/no/such/folder/file"), 1, "/no/such/folder/file"),
    ]:
        done = run(*arguments, status=status, timeout=20)
        assert done.stdout == "", (arguments, done.stdout)
        assert words in done.stderr and done.stderr.count("\n") == 1, (arguments, done.stderr)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "loop.json")
    names = [*loops, "8-threads"]
    text = run("--short", "--rounds", str(rounds), "--coroutines", str(coroutines), "--limit",
               str(limit), "--rss", "0,64M", "--json", path, "--contender", ",".join(names)).stdout
    document = json.load(open(path))
    assert document["kind"] == "loop" and document["machine"]["cores"] > 0
    assert (document["coroutines"], document["limit"], document["rounds"]) == (
        coroutines, limit, rounds), document
    runs = document["runs"]
    assert [(entry["rss_mib"], entry["contender"]) for entry in runs] == [
        (rss, name) for rss in (0, 64) for name in names], runs
    for entry in runs:
        assert entry["contender"] in text and entry["launches"] > 0, entry
        if entry["contender"] != "8-threads":
            check_loop(entry)
            assert entry["rate_ratio"]["low"] <= entry["rate_ratio"]["p50"], entry
    for entry in runs:
        if entry["contender"] == document["against"]:
            assert entry["hold_ratio"]["p50"] == 1, entry
        # Nobody who is fast leaves coroutines waiting for half a second.
        if entry["contender"] == "forklift-coro":
            assert entry["done_per_burst"] == [coroutines] * rounds, entry
    check_bad_input()
print("the record of the loop agrees with itself, and bad input is told in one line")
