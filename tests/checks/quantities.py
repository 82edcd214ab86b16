#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Text that is no quantity is refused in one line, wherever a duration, a size, a rate or
a count is asked for, whatever a number parser makes of it."""

import subprocess
import sys

forklift = sys.argv[1]

# What strtod(3), strtol(3) or a comparison that NaN passes would take.
nonsense = ["nan", "NaN", "-nan", "inf", "-inf", "infinity", "1e400", "-1e400", "", " ", "-5s", "-1",
            "0x10", "5S", "5MS", "1s1s", "1,5s", "5 s", " 5s", "+5s", "5s ", "1e", ".", "-", "--", "s",
            "99999999999999999999999999x", "٥s"]
# More that is none, by what is asked for.
no_duration = [*nonsense, "30", "5h", "1e3", "256M"]
no_size = [*nonsense, "5s", "1e30", "4 G", "256M/s"]
no_rate = [*nonsense, "5s", "1e30", "256M/m"]
no_count = [*nonsense, "0", "1.5", "1e3", "5s", "4k", "010x", "18446744073709551616",
            "-18446744073709551615", "0b11", "0o7", "1_000", "1'000"]
no_number = [text for text in no_count if text not in ("1.5", "1e3")]  # launches per second

run_time = [*nonsense, "1w", "5M", "256M/s"]
options = [
    (125, run_time, ["run"], ["--timeout", "--grace", "--launch-deadline", "--timer-slack"], ["true"]),
    (125, nonsense, ["run"], ["--nice", "--oom-score"], ["true"]),
    (2, no_size, ["lab"], ["--rss"], []),
    (2, no_count, ["lab"], ["--descriptors", "--workers", "--launches"], []),
    (2, [text for text in no_count if text != "0"], ["lab"], ["--first"], []),
    (2, no_size, ["lab", "hang"], ["--rss"], []),
    (2, no_rate, ["lab", "hang"], ["--grow"], []),
    (2, no_count, ["lab", "hang"], ["--workers"], []),
    (2, no_count, ["lab", "hang", "--coroutines"], ["--limit"], []),
    (2, no_count, ["lab", "hang", "--explain"], ["--rounds"], []),
    (2, no_number, ["lab", "hang"], ["--rate"], []),
    (2, no_count, ["lab", "loop"], ["--coroutines", "--limit", "--rounds", "--descriptors"], []),
    (2, no_size, ["lab", "loop"], ["--rss"], []),
    (2, no_duration, ["lab", "hang"], ["--for", "--dump-every", "--stuck-exec"], []),
    (2, no_duration, ["watch"], ["--for"], ["1"]),
    (2, no_count, ["watch"], ["--samples"], ["1"]),
    (2, no_duration, ["goroutines"], ["--every"], ["1"]),
    (2, no_count, ["survey"], ["--top"], []),
    (2, no_count, ["check"], [""], []),
    (2, no_count, ["goroutines"], [""], []),
]


def tries():
    for status, texts, command, names, rest in options:
        for name in names:
            for text in texts:
                if name:
                    yield status, [*command, f"{name}={text}", *rest]
                elif text and not text.startswith("-"):
                    yield status, [*command, text]


wrong = []
for status, arguments in tries():
    if arguments[:1] == ["run"] and arguments[1] in ("--nice=-1", "--oom-score=-1"):
        continue  # a number there
    try:
        done = subprocess.run([forklift, *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=20)
    except subprocess.TimeoutExpired:
        wrong.append((arguments, "accepted"))
        continue
    if (done.returncode != status or done.stdout or done.stderr.count("\n") != 1
            or not done.stderr.startswith("forklift")):
        wrong.append((arguments, done.returncode, done.stdout[:80], done.stderr[:300]))
for each in wrong:
    print(*each)
assert not wrong, f"{len(wrong)} texts were not refused in one line"
print("what is no quantity is refused in one line")
