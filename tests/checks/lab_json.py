#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Runs a short lab and checks what it prints and writes."""

import json
import os
import subprocess
import sys
import tempfile

forklift = sys.argv[1]


def run(*arguments, status=0):
    done = subprocess.run([forklift, *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done


def summary_is_ordered(summary):
    return 0 < summary["p50"] <= summary["p99"] <= summary["max"]


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "lab.json")
    names = ["fork", "posix_spawn", "vfork", "go1.8", "go1.9", "go1.21", "forklift",
             "forklift-async"]
    text = run("lab", "--rss", "0,64M", "--descriptors", "50", "--workers", "1,2",
               "--launches", "20", "--json", path, "--contender", ",".join(names))
    document = json.load(open(path))
    runs = document["runs"]
    assert len(runs) == 2 * 2 * len(names), len(runs)
    for entry in runs:
        assert entry["contender"] in names
        assert entry["launches"] >= 20
        assert entry["rss_mib"] in (0, 64) and entry["descriptors"] == 50
        for figure in ("hold_us", "launch_us", "finish_us"):
            assert summary_is_ordered(entry[figure]), entry
        assert entry["hold_us"]["p50"] <= entry["launch_us"]["p50"] <= entry["finish_us"]["p50"]
        assert (entry["bystander_gap_us"] is None) == (entry["workers"] > 1)
        assert (entry["first"] is None) == (entry["workers"] > 1)
        assert entry["rate_per_s"] > 0
        assert entry["program"].endswith("forklift-nothing")
    for entry in runs:
        if entry["workers"] > 1:
            continue
        first = entry["first"]
        assert first["processes"] >= 5 and first["pages_written"] == entry["rss_mib"] * 256, first
        for figure in ("hold_us", "launch_us", "finish_us", "ratio_to_later"):
            assert 0 < first[figure]["low"] <= first[figure]["p50"] <= first[figure]["high"], first
        # Who copies the page tables has a fault for every page afterwards, who shares
        # them none; some pages more or less the kernel moves by itself.
        if entry["contender"] in ("fork", "go1.8"):
            assert first["faults"]["low"] >= 0.9 * first["pages_written"], entry
        if entry["contender"] in ("posix_spawn", "vfork", "go1.9", "go1.21"):
            assert first["faults"]["high"] <= 0.1 * first["pages_written"], entry
    for name in names:
        assert name in text.stdout
    assert "first launch from least to most memory: fork x" in text.stdout, text.stdout
    run("lab", "--rss", "0", "--launches", "1", "--first", "0", "--contender", "vfork",
        "--json", path)
    assert json.load(open(path))["runs"][0]["first"] is None
    assert document["machine"]["cores"] > 0
    assert "\r" not in text.stderr, "a progress bar in a pipe"
    floor = [entry for entry in runs if entry["contender"] == "vfork"]
    assert all(entry["launch_ratio"]["p50"] == 1 for entry in floor)

    assert document["kind"] == "sweep" and document["against"] == "vfork"
    for warning in document["warnings"]:
        assert warning["kind"] in ("noisy", "memory", "descriptors", "peer"), warning
        assert warning["text"] and warning["advice"], warning
        assert warning["text"] in text.stderr and warning["advice"] in text.stdout

    # Against itself a contender makes no difference, against another it does. A
    # machine that is busy with something else may err once, not three times.
    def compared(*names, rss="64M"):
        text = run("lab", "--rss", rss, "--contender", ",".join(names), "--first", "0",
                   "--json", path).stdout
        row = [line for line in text.split("Launch against")[1].split("\n\n")[0].splitlines()
               if line.startswith(f"  {names[1]}")]
        return row[-1], json.load(open(path))["runs"][1]

    for attempt in range(3):
        row, entry = compared("forklift", "forklift")
        assert entry["contender"] == "forklift (2)"
        if "no difference" in row:
            break
    assert "no difference" in row, row
    row, entry = compared("vfork", "fork", rss="512M")
    assert "no difference" not in row and entry["launch_ratio"]["low"] > 2, row

    # Bad input: one line, before any long work.
    for arguments, status, words in [
        (("lab", "--contender", "nobody"), 2, "nobody"),
        (("lab", "--rss", "many"), 2, "many"),
        (("lab", "--rss", "0,900000G"), 2, "--rss: 879 TiB is more than"),
        (("lab", "--descriptors", "10,99999999"), 2, "--descriptors: 99999999 is more than"),
        (("lab", "--descriptors", "-5"), 2, "-5"),
        (("lab", "--workers", "0"), 2, "0"),
        (("lab", "--first", "-1"), 2, "-1"),
        (("lab", "--program", "/no/such/program"), 1, "/no/such/program"),
        (("lab", "--program", "/bin/false"), 1, "exited with 1"),
        (("lab", "--json", "/no/such/dir/file"), 1, "/no/such/dir/file"),
        (("lab", "--json", path, "--html", path), 2, "the same file"),
        (("nothing",), 2, ""),
        ((), 2, ""),
    ]:
        done = run(*arguments, status=status)
        assert done.stdout == "", (arguments, done.stdout)
        assert words in done.stderr and done.stderr.count("\n") == 1, (arguments, done.stderr)

    doctor = run("doctor").stdout
    assert "engine" in doctor and "close_range" in doctor, doctor
    assert "lab" in run("--help").stdout
    assert run("--version").stdout.startswith("forklift ")
print("the lab and the doctor say what they should")
