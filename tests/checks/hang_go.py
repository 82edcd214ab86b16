#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""`forklift lab hang --go`: the real runtime runs in all corners and in the same
record; fork makes everybody wait, and `forklift goroutines` sees from outside the
goroutines that the process's own dump finds waiting for the ForkLock."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

forklift = sys.argv[1]
corners = ["real-go1.8", "real-go1.8-fair", "real-go1.9-barging", "real-go1.9"]
workers = 16


def check_version():
    if not shutil.which("go"):
        return "there is no Go"
    text = subprocess.run(["go", "version"], capture_output=True, text=True).stdout
    found = re.search(r"go1\.(\d+)", text)
    return None if found and int(found[1]) >= 16 else f"Go is too old: {text.strip()}"


def check_record(path):
    done = subprocess.run(
        [forklift, "lab", "hang", "--go", "--contender", "go1.9", "--rss", "256M", "--grow", "0",
         "--workers", "8", "--for", "2s", "--dump-every", "700ms", "--json", path],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    assert done.returncode == 0, done.stderr
    runs = {run["contender"]: run for run in json.load(open(path))["runs"]}
    if "left out" in done.stderr:
        print("skipped: " + next(line for line in done.stderr.splitlines() if "left out" in line))
        sys.exit(77)
    assert list(runs) == ["go1.9", *corners, "real-go"], list(runs)
    for name in corners:
        run = runs[name]
        assert run["runtime"].startswith("go1.") and run["waits_are_launches"], run
        assert len(run["by_worker"]) == run["workers"] == 8 and run["launches"] > 0, run
        assert sum(worker["launches"] for worker in run["by_worker"]) == run["launches"]
        assert run["dumps"] == len(run["waiting_per_dump"]) >= 1, run
        assert f"=== {name} after" in done.stderr and "syscall.forkExec(" in done.stderr
        assert run["waits"][-1]["at_s"] == run["seconds"], run["waits"]
    p50 = {name: runs[name]["launch_us"]["p50"] for name in corners}
    assert p50["real-go1.8"] > 3 * p50["real-go1.9-barging"], p50
    assert p50["real-go1.8-fair"] > 3 * p50["real-go1.9"], p50


def check_without_go(path):
    """Without a Go the others still run, and the record says what is missing."""
    with tempfile.TemporaryDirectory() as nothing:
        done = subprocess.run(
            [forklift, "lab", "hang", "--go", "--contender", "go1.9", "--rss", "16M", "--workers",
             "2", "--for", "200ms", "--json", path], capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=60, env={**os.environ, "PATH": nothing})
    assert done.returncode == 0, done.stderr
    document = json.load(open(path))
    assert [run["contender"] for run in document["runs"]] == ["go1.9"], document["runs"]
    told = [warning["text"] for warning in document["warnings"] if warning["kind"] == "peer"]
    assert len(told) == 1 and told[0].startswith("real-go left out: "), told


def child_of(parent):
    """The Go process that the lab has started, by its program."""
    while True:
        for entry in pathlib.Path("/proc").iterdir():
            try:
                stat = (entry / "stat").read_text() if entry.name.isdigit() else ""
                exe = os.readlink(entry / "exe") if stat else ""
            except OSError:
                continue
            if exe.endswith("/hang") and int(stat.rsplit(")", 1)[1].split()[1]) == parent.pid:
                return exe
        assert parent.poll() is None, "the lab has ended"
        time.sleep(0.01)


def program_of_first_corner():
    """Where the program with Go 1.8's launch and mutex lies in the cache."""
    lab = subprocess.Popen(
        [forklift, "lab", "hang", "--go", "--contender", "go1.9", "--rss", "16M", "--workers", "2",
         "--for", "300ms"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        for line in lab.stderr:
            if line.startswith("real-go1.8:"):
                return child_of(lab)
        raise AssertionError("no real-go1.8 among the contenders")
    finally:
        lab.kill()
        lab.communicate()


def look(pid):
    done = subprocess.run([forklift, "goroutines", str(pid), "--json"], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, timeout=30)
    assert done.returncode == 0, done.stderr
    return {each["id"] for each in json.loads(done.stdout)["goroutines"]
            if each["fork_lock"] == "queued"}


def dump(process, errors):
    """Who waits by the process's own dump, which goes to the file `errors`."""
    process.send_signal(signal.SIGUSR1)
    for line in process.stdout:  # said once the dump is printed
        if line.startswith("dump "):
            break
    text = errors.read()
    told = int(re.search(r"^=== .*: (\d+) of", text, re.M)[1])
    waiting = {int(re.match(r"goroutine (\d+)", one)[1]) for one in text.strip().split("\n\n")
               if one.startswith("goroutine") and "syscall.forkExec(" in one and "emacquire" in one}
    assert told == len(waiting), (told, text)
    return waiting


def check_outside(program):
    """Between two looks the process dumps itself. Who waits in both looks and has not
    moved waits in the dump, too; the sets differ by those that moved."""
    with tempfile.NamedTemporaryFile("r") as errors:
        with open(errors.name, "w") as writing:
            process = subprocess.Popen(
                [program, "-program", os.path.join(os.path.dirname(forklift), "forklift-nothing"),
                 "-workers", str(workers), "-for", "60s", "-rss", str(512 << 20)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=writing, text=True)
        compare(process, errors)


def compare(process, errors):
    try:
        assert process.stdout.readline() == "ready\n"
        seen = 0
        while seen < workers:
            before = look(process.pid)
            dumped = dump(process, errors)
            after = look(process.pid)
            moved = len(before ^ dumped) + len(dumped ^ after)
            missed = len((before & after) - dumped) + len(dumped - (before | after))
            assert missed <= max(2, moved / 2), (before, dumped, after)
            seen += len(dumped & (before | after))
        assert seen >= workers
    finally:
        process.kill()
        process.communicate()


with tempfile.TemporaryDirectory() as folder:
    check_without_go(os.path.join(folder, "hang.json"))
why_not = check_version()
if why_not:
    print("skipped: " + why_not)
    sys.exit(77)
with tempfile.TemporaryDirectory() as folder:
    check_record(os.path.join(folder, "hang.json"))
check_outside(program_of_first_corner())
print("the real runtime runs in all corners, and its dumps and our looks agree")
