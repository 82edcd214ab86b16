#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What is predicted of a fork is near what a fork takes, and small where the
memory is huge pages or kept from children."""

import pathlib
import time

from check_support import Target, as_json, is_narrow, prints

NEAR = (0.5, 2)
PATIENCE_S = 40
MEBIBYTE = 1 << 20


def predicted(pid):
    return as_json("check", pid)["prediction"]


def expect_near(target):
    """Both in the same minute; a machine that changes its pace may try again."""
    tries = []
    end = time.monotonic() + PATIENCE_S
    while not tries or time.monotonic() < end:
        guess, truth = predicted(target.pid)["stall_ms"], target.measure()
        tries.append((guess, truth))
        if NEAR[0] < guess / truth < NEAR[1]:
            print(f"predicted {guess:.1f} ms, measured {truth:.1f} ms")
            return
    raise AssertionError(tries)


def time_of_check(pid):
    begin = time.monotonic()
    prints("check", pid)
    return time.monotonic() - begin


def expect_quick(pid, tiny):
    """Of a gibibyte a sample is taken: it takes no longer than of a few pages, but
    for a part. What the machine does besides shows in some tries, not in all."""
    big, least = [], []
    for _ in range(10):
        big.append(time_of_check(pid))
        least.append(time_of_check(tiny))
        if min(big) < 3 * min(least):
            print(f"a check of 1 GiB takes {min(big):.3f} s, of 1 MiB {min(least):.3f} s")
            return
    raise AssertionError((big, least))


with Target(1024) as small:
    expect_near(small)
    with Target(1) as tiny:
        expect_quick(small.pid, tiny.pid)
    report = as_json("check", small.pid)
    assert report["schema"] == "forklift-check" and report["version"] == 1, report
    found = report["prediction"]
    assert not found["at_most"] and found["basis"] == "samples", found
    assert 2 * MEBIBYTE <= found["copied_tables"] < 3 * MEBIBYTE, found
    assert 1024 * 256 <= found["copy_faults_at_most"] < 1100 * 256, found
    cause = found["causes"][0]
    assert cause["share"] > 0.9 and cause["anonymous"] > 1000 * MEBIBYTE, cause
    assert report["process"]["runtime"] == "cpython", report["process"]
    assert any("preexec_fn" in line for line in report["advice"]), report["advice"]
    assert any("takes 9" in line for line in report["advice"]), report["advice"]
    text = prints("check", small.pid)
    assert is_narrow(text), text
    for words in (f"process {small.pid}", "page tables", "one fork", "caused by", "calibrated",
                  "nothing was attached", "What would help", f"{cause['begin']:x}"):
        assert words in text, (words, text)
    of_small = found["stall_ms"]

    whole = as_json("check", small.pid, "--thorough")["prediction"]
    assert whole["basis"] == "mappings", whole
    assert 0.95 < whole["copied_tables"] / found["copied_tables"] < 1.05, (whole, found)
    assert whole["causes"][0]["begin"] == cause["begin"], (whole, cause)

# Below half a GiB all mappings are looked at, above only if that is asked for.
for size, more in ((400, ()), (1024, ("--thorough",))):
    with Target(size, "dontfork") as kept:
        report = as_json("check", kept.pid, *more)
        assert report["prediction"]["basis"] == "mappings", report
        assert report["prediction"]["stall_ms"] < of_small / 5, report
        assert report["process"]["kept_from_children"] >= size * MEBIBYTE, report
        assert "MADV_DONTFORK" in prints("check", kept.pid, *more)

setting = pathlib.Path("/sys/kernel/mm/transparent_hugepage/enabled")
if not setting.exists() or "[never]" in setting.read_text():
    print("no huge pages on this machine: not checked with them")
else:
    with Target(1024, "huge") as huge:
        report = as_json("check", huge.pid)
        if report["process"]["memory"]["huge"] < 900 * MEBIBYTE:
            print("memory is too scattered for huge pages: not checked with them")
        else:
            assert report["prediction"]["stall_ms"] < of_small / 5, report
            assert report["prediction"]["copy_faults_at_most"] < 100_000, report

print("what is predicted of a fork is near what a fork takes")
