#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What `forklift watch` says of a process is what the process's own clock says.

watch_truth.py FORKLIFT STALL_TARGET CLAIM
"""

import sys

import watch_support as support
from watch_support import (Target, Watch, check_shorter, check_times, check_victims, only_kind,
                           stall)

CALLS = 23
THREADS = 4
heavy = ["--mib", 300, "--threads", THREADS, "--calls", CALLS, "--interval", 30]
light = ["--mib", 100, "--threads", THREADS, "--calls", CALLS, "--interval", 20]

# What the kernel is asked for: its call, whether it copies, flags beyond that.
copying = {"fork": "clone", "forkexec": "clone", "clone": "clone", "clone3": "clone3"}
sharing = {"vfork": "vfork", "posix_spawn": "clone3", "popen": "clone3", "system": "clone3"}


def check_kind(report, function, copies, mode):
    kind = only_kind(report)
    assert kind["calls"] == CALLS and kind["failures"] == 0 and kind["cut"] == 0, kind
    assert kind["kind"].startswith(function), kind
    assert kind["copying"] is copies, kind
    for flags in kind["flags"]:
        assert ("CLONE_VM" in flags) is not copies and "SIGCHLD" in flags, flags
    assert f"ways::by_{mode}()" in support.functions(report), support.functions(report)
    return kind


def copying_calls():
    for mode, function in copying.items():
        truth, report = stall(mode, *heavy)
        kind = check_kind(report, function, True, mode)
        check_times(truth, report)
        check_victims(truth, report)
        assert kind["size_median"]["resident_bytes"] >= 300 << 20, kind
        assert kind["size_median"]["page_tables_bytes"] >= 600 << 10, kind
        assert kind["size_median"]["threads"] == THREADS + 1, kind


def sharing_calls():
    for mode, function in sharing.items():
        truth, report = stall(mode, *light)
        kind = check_kind(report, function, False, mode)
        if mode in ("vfork", "posix_spawn"):
            check_times(truth, report)
        else:
            check_shorter(truth, kind)
        assert report["victims"]["all"]["events"] == 0, report["victims"]


def forklift_calls():
    truth, report = stall("forklift", *heavy)
    kind = only_kind(report)
    assert kind["calls"] == CALLS and kind["copying"] is False, kind
    check_shorter(truth, kind)
    assert report["victims"]["all"]["events"] == 0, report["victims"]
    assert report["copying_calls"]["calls"] == 0, report["copying_calls"]


def no_calls():
    _, report = stall("none", *light)
    assert report["calls"]["calls"] == 0 and report["kinds"] == [], report["kinds"]
    assert report["victims"]["all"]["events"] == 0, report["victims"]
    _, report = stall("threads", *light)
    assert report["calls"]["calls"] == 0, report["kinds"]
    assert report["threads_made"] == CALLS, report["threads_made"]


def idle_threads():
    """Who touches nothing of the ballast is blocked, too: by his own stack, or when the
    kernel writes to his memory as he wakes. Not each at every call."""
    _, report = stall("fork", *heavy, "--idle")
    victims = report["victims"]["all"]
    assert 1 <= victims["events"] <= 1.1 * THREADS * CALLS, victims
    assert victims["threads"] <= THREADS, victims


def slow_children():
    """The caller of vfork waits for what its child does before it executes."""
    truth, report = stall("vfork", "--mib", 50, "--calls", 5, "--slow-exec", 100)
    kind = only_kind(report)
    check_times(truth, report)
    assert kind["time"]["p50_ms"] >= 100, kind
    child, = report["children"]
    assert child["executed"] == 5 and child["copied"] is False, child
    assert child["to_exec"]["p50_ms"] >= 100, child


def detail():
    truth, report = stall("fork", *heavy, options=["--detail"])
    assert report["detail"] is True
    check_kind(report, "clone", True, "fork")
    check_times(truth, report)
    check_victims(truth, report)


def watch_twice(*words):
    """What two say who watch one process at once, on different backends."""
    with Target(support.stall_target, "fork", *map(str, words)) as target, \
            Watch(target.pid, "--backend", "tracing") as one, \
            Watch(target.pid, "--backend", "perf", within=support.with_tracefs) as other:
        target.go()
        truth = target.truth()
        target.end()
        reports = [one.report(), other.report()]
    assert [report["backend"] for report in reports] == ["tracing", "perf"]
    for report in reports:
        assert support.is_exact(report, "duration"), report["sources"]
        assert report["calls"]["calls"] == CALLS, (report["backend"], report["calls"])
    return truth, reports


def backends():
    """They agree with the target, and so with each other. What perf infers of the others
    it may miss more often than what tracing sees."""
    truth, reports = watch_twice("--mib", 300, "--threads", 0, "--calls", CALLS,
                                 "--interval", 30)
    for report in reports:
        check_times(truth, report)
        assert report["victims"]["all"]["events"] == 0, report["victims"]
    truth, reports = watch_twice(*heavy)
    for report, share in zip(reports, (0.9, 0.5)):
        check_times(truth, report)
        check_victims(truth, report, share)


claims = {claim.__name__: claim for claim in
          (copying_calls, sharing_calls, forklift_calls, no_calls, idle_threads, slow_children,
           detail, backends)}
support.needs("tracing")
if sys.argv[3] == "backends":
    support.needs("perf")
support.attempt(claims[sys.argv[3]])
print(f"{sys.argv[3]}: the watcher agrees with the target")
