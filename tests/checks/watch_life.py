#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""What becomes of `forklift watch` when its target ends, executes something else,
forks as fast as it can or has hundreds of threads; and what it refuses.

watch_life.py FORKLIFT STALL_TARGET CLAIM
"""

import os
import signal
import subprocess
import sys

import watch_support as support
from watch_support import PATIENCE, Target, Watch, stall


def killed():
    """A target that is killed while watched ends the watch, with a report."""
    with Target(support.stall_target, "fork", "--mib", "100", "--calls", "10000",
                "--interval", "10") as target, Watch(target.pid) as watch:
        target.go()
        os.kill(target.pid, signal.SIGKILL)
        report = watch.report()
        assert report["ended_by"] == "target_ended", report["ended_by"]
        assert report["watched_ms"] < PATIENCE * 1000 / 2, report["watched_ms"]


def executes():
    """It is told, and the watch goes on."""
    with Target(support.stall_target, "execs", "--mib", "100", "--calls", "5",
                "--interval", "10") as target, Watch(target.pid) as watch:
        target.go()
        assert len(target.truth()["calls"]) == 5
        target.end()
        report = watch.report()
        assert report["calls"]["calls"] == 5, report["calls"]
        kinds = [notice["kind"] for notice in report["notices"]]
        assert "target" in kinds, report["notices"]
        assert report["ended_by"] == "target_ended", report["ended_by"]
        assert "ways::by_fork()" in support.functions(report), report["places"]


def storm():
    """Forks without a pause: all are counted, or how many were lost is said."""
    calls = 2000
    truth, report = stall("storm", "--mib", 10, "--threads", 2, "--calls", calls)
    assert len(truth["calls"]) == calls
    told = report["calls"]["calls"]
    assert told <= calls, told
    assert told == calls or support.lost(report) > 0, (told, report["notices"])


def many_threads():
    """500 threads are blocked by a call as they wake, and each is told."""
    truth, report = stall("fork", "--mib", 300, "--threads", 500, "--calls", 5, "--interval", 200,
                          "--pace", 20000)
    assert report["calls"]["calls"] == len(truth["calls"]) == 5, report["calls"]
    assert report["target"]["threads"] == 501, report["target"]
    victims = report["victims"]["all"]
    assert 5 <= victims["events"] <= 5 * 500 + support.lost(report), victims
    assert 100 <= victims["threads"] <= 500, victims
    support.check_times(truth, report)


def interrupted():
    """Ctrl-C ends it with a report of what was seen so far."""
    with Target(support.stall_target, "none", "--mib", "10", "--calls", "1") as target, \
            Watch(target.pid) as watch:
        watch.process.send_signal(signal.SIGINT)
        report = watch.report()
        assert report["ended_by"] == "interrupted", report["ended_by"]
        assert target.process.poll() is None


def time():
    """It ends by itself when its time is over, and the target does not notice."""
    with Target(support.stall_target, "none", "--mib", "10", "--calls", "1") as target, \
            Watch(target.pid, seconds=1) as watch:
        report = watch.report()
        assert report["ended_by"] == "time", report["ended_by"]
        assert 900 <= report["watched_ms"] <= 10000, report["watched_ms"]
        assert target.process.poll() is None


def refuse(pid):
    done = subprocess.run([support.forklift, "watch", str(pid), "--for", "1s", "--json"],
                          capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2, done
    assert done.stdout == "", done
    assert len(done.stderr.splitlines()) == 1 and str(pid) in done.stderr, done.stderr


def a_kernel_thread():
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or entry == "1":
            continue
        try:
            with open(f"/proc/{entry}/cmdline") as line, open(f"/proc/{entry}/status") as status:
                if line.read() == "" and "\nKthread:\t1" in status.read():
                    return int(entry)
        except OSError:
            pass
    return None


def refusals():
    """No such process, a zombie, a kernel thread: one line, and status 2."""
    zombie = subprocess.Popen(["/bin/true"])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    refuse(zombie.pid)
    zombie.wait()
    refuse(zombie.pid)
    if thread := a_kernel_thread():
        refuse(thread)


claims = {claim.__name__: claim for claim in
          (killed, executes, storm, many_threads, interrupted, time, refusals)}
support.needs("tracing")
support.attempt(claims[sys.argv[3]])
print(f"{sys.argv[3]}: the watcher lived through it")
