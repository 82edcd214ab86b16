#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Runs a short hang and checks that the record it writes agrees with itself."""

import json
import os
import subprocess
import sys
import tempfile

forklift = sys.argv[1]
contenders = ["go1.9", "go1.21", "forklift"]


def run(path):
    return subprocess.run(
        [forklift, "lab", "hang", "--rss", "64M", "--grow", "64M/s", "--workers", "3",
         "--for", "900ms", "--dump-every", "400ms", "--contender", ",".join(contenders),
         "--json", path],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=150, check=True)


def check_waits(entry):
    waits = entry["waits"]
    ends = [wait["at_s"] for wait in waits]
    assert ends == sorted(ends) and ends[:3] == [0.25, 0.5, 0.75], ends
    assert abs(ends[-1] - entry["seconds"]) < 1e-6, ends
    for wait in waits:
        assert 0 <= wait["median_us"] <= wait["longest_us"], wait
        assert 0 <= wait["longest_us"] <= entry["lock_wait_us"]["max"] + 1, wait
        assert wait["rss_mib"] >= 64, wait


def check_workers(entry):
    """What fell to each worker adds up to the whole."""
    workers = entry["by_worker"]
    launches = [worker["launches"] for worker in workers]
    assert len(workers) == 3 and sum(launches) == entry["launches"], launches
    mean = entry["launches"] / 3
    assert abs(entry["spread"] - (max(launches) - min(launches)) / mean) < 1e-6, entry["spread"]
    assert 0 <= entry["share_of_long_waits"] <= 1, entry
    longest = max(worker["longest_wait_us"] for worker in workers)
    if entry["lock_wait_us"]["max"] > 0:
        assert longest == entry["lock_wait_us"]["max"], (longest, entry["lock_wait_us"])
    for at, wait in enumerate(entry["waits"]):
        longest = max(worker["waits_us"][at] for worker in workers)
        assert abs(longest - wait["longest_us"]) <= 1, (at, longest, wait)


def check_run(entry):
    assert entry["workers"] == 3 and entry["launches"] > 0
    assert 0.9 <= entry["seconds"]
    assert entry["rss_mib"] >= 64 and entry["rss_end_mib"] > entry["rss_mib"] + 20, entry
    assert abs(entry["rate_per_s"] * entry["seconds"] - entry["launches"]) < 1, entry
    for name in ("launch_us", "lock_wait_us"):
        summary = entry[name]
        assert 0 <= summary["p50"] <= summary["p99"] <= summary["max"], entry
    assert entry["dumps"] == len(entry["dump_at_s"]) == len(entry["waiting_per_dump"]), entry
    assert entry["dumps"] >= 1 and all(0 <= n <= 3 for n in entry["waiting_per_dump"]), entry
    check_waits(entry)
    check_workers(entry)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "hang.json")
    done = run(path)
    document = json.load(open(path))
    assert document["kind"] == "hang"
    assert document["machine"]["cores"] > 0
    assert document["command"].startswith("forklift lab hang --rss 64M")
    assert document["program"] == "forklift-nothing"
    assert document["explanation"] and document["explanation"] in done.stdout
    assert all(warning["text"] in done.stderr for warning in document["warnings"])
    assert [entry["contender"] for entry in document["runs"]] == contenders
    for entry in document["runs"]:
        check_run(entry)
    free = document["runs"][-1]
    assert free["lock_wait_us"] == {"p50": 0, "p99": 0, "max": 0}, free
    assert not any(free["waiting_per_dump"]), free
print("the record of the hang agrees with itself")
