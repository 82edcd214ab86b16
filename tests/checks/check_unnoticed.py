#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""A process is not traced, read or signalled by a check, and nothing is left of
it; another user may do it, too."""

import re
import shutil
import subprocess
import time

from check_support import Target, as_json, forklift, nobody_may_run_it, prints, run

TOUCHING = "ptrace,process_vm_readv,process_vm_writev,perf_event_open,bpf,kill,tgkill,tkill"


def tracer(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(line.split()[1] for line in status if line.startswith("TracerPid:"))


def expect_untouched(pid):
    check = subprocess.Popen([forklift, "check", str(pid)], stdout=subprocess.DEVNULL)
    while check.poll() is None:
        assert tracer(pid) == "0"
    assert check.returncode == 0


def expect_no_touching_call(pid):
    # Sanitizers look for leaks by ptrace.
    done = subprocess.run(["strace", "-f", "-e", f"trace={TOUCHING},openat", forklift, "check",
                           str(pid)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for line in done.stderr.splitlines():
        assert not re.search(r"\b(ptrace|process_vm_\w+|perf_event_open|bpf)\(", line), line
        assert not re.search(rf"kill\({pid},", line), line
        assert f"/proc/{pid}/mem" not in line, line



def left_of(session):
    """Processes of a session that only the check was in."""
    found = subprocess.run(["ps", "-s", str(session), "-o", "pid="], capture_output=True, text=True)
    return found.stdout.split()


with Target(64) as target:
    expect_untouched(target.pid)
    if shutil.which("strace"):
        expect_no_touching_call(target.pid)
    else:
        print("no strace here: not checked by its calls")

    check = subprocess.Popen([forklift, "check", str(target.pid)], stdout=subprocess.DEVNULL,
                             start_new_session=True)
    assert check.wait() == 0
    assert left_of(check.pid) == [], "the forks of the calibration are left"

    # Killed in the midst of it, its helper goes with it.
    check = subprocess.Popen([forklift, "check", str(target.pid)], stdout=subprocess.DEVNULL,
                             start_new_session=True)
    while check.poll() is None and len(left_of(check.pid)) < 2:
        pass
    check.kill()
    check.wait()
    end = time.monotonic() + 30
    while left_of(check.pid) and time.monotonic() < end:
        pass
    assert left_of(check.pid) == [], "the helper outlives the command"

    if nobody_may_run_it():
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
        own, others = as_json("check", target.pid), as_json("check", target.pid, **nobody)
        assert others["prediction"]["at_most"] and not own["prediction"]["at_most"], others
        assert any("may not be read" in note for note in others["notes"]), others["notes"]
        tables = own["prediction"]["copied_tables"], others["prediction"]["copied_tables"]
        assert 0.8 < tables[0] / tables[1] < 1.25, tables
        assert "at most" in prints("check", target.pid, **nobody)
    else:
        print("not root, or out of reach for others: not checked as another user")
assert "no process has the id" in run("check", target.pid).stderr
print("a check goes unnoticed")
