#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""`forklift lab hang --explain` runs all corners in every round, in an order that
rotates, and tells the effects that follow from the rounds it recorded."""

import json
import os
import statistics
import subprocess
import sys
import tempfile

forklift = sys.argv[1]
contenders = ["go1.8", "go1.8-fair", "go1.9-barging", "go1.9", "go1.21", "forklift"]
corners = {("copying", "barging"): ("go1.8", "go1.9-barging"),
           ("copying", "fair"): ("go1.8-fair", "go1.9"),
           ("mutex", "fork"): ("go1.8", "go1.8-fair"),
           ("mutex", "vfork"): ("go1.9-barging", "go1.9")}


def of(one_round, name):
    return next(run for run in one_round if run["contender"] == name)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "hang.json")
    done = subprocess.run(
        [forklift, "lab", "hang", "--explain", "--rss", "64M", "--workers", "4", "--for", "300ms",
         "--rounds", "3", "--json", path],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=100)
    assert done.returncode == 0, done.stderr
    document = json.load(open(path))

assert [run["contender"] for run in document["runs"]] == contenders
rounds = document["rounds"]
assert len(rounds) == 3
for number, one in enumerate(rounds):
    order = [run["contender"] for run in one]
    assert order == contenders[number:] + contenders[:number], order
for run in document["runs"]:
    parts = [of(one, run["contender"]) for one in rounds]
    assert run["launches"] == sum(part["launches"] for part in parts)
    assert abs(run["seconds"] - sum(part["seconds"] for part in parts)) < 1e-6
    assert run["launch_us"]["max"] == max(part["launch_us"]["max"] for part in parts)
    assert min(part["launch_us"]["p50"] for part in parts) <= run["launch_us"]["p50"] \
        <= max(part["launch_us"]["p50"] for part in parts)
    ends = [wait["at_s"] for wait in run["waits"]]
    assert ends == sorted(ends), ends

(effects,) = document["effects"]
assert effects["rounds"] == 3
for (cause, company), (with_it, without) in corners.items():
    ratios = [of(one, with_it)["launch_us"]["p50"] / of(one, without)["launch_us"]["p50"]
              for one in rounds]
    told = effects[cause]["median launch"][company]
    assert abs(told["p50"] - statistics.median(ratios)) < 1e-6 * told["p50"], (told, ratios)
    assert told["low"] <= told["p50"] <= told["high"], told
for measure in ("99th percentile", "longest launch", "share of long waits",
                "spread between workers"):
    assert effects["mutex"][measure]["both"]["p50"] > 0, effects
sentence = document["explanation"].removeprefix("C++: ")
assert "Copying the page tables" in sentence and sentence in done.stdout, sentence
print(f"{len(rounds)} rounds of {len(contenders)} contenders, and what follows from them")
