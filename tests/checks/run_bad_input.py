#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Exit statuses are those of env(1), and what is wrong is told in one line."""

import os
import tempfile

from run_support import is_root, run

cases = [
    ((), 125, "no program is named"),
    (("--",), 125, "no program is named"),
    (("",), 125, "no program is named"),
    (("--nonsense", "true"), 125, "unknown option '--nonsense'"),
    (("-x", "true"), 125, "unknown option '-x'"),
    (("--cwd",), 125, "--cwd requires DIR"),
    (("--new-session=1", "true"), 125, "--new-session takes no value"),
    (("--limit", "nofil=3", "true"), 125, "--limit 'nofil=3': unknown limit 'nofil' (as, core"),
    (("--limit", "nofile", "true"), 125, "expected NAME=SOFT[:HARD]"),
    (("--limit", "nofile=", "true"), 125, "expected NAME=SOFT[:HARD]"),
    (("--limit", "nofile=5:4", "true"), 125, "above the hard"),
    (("--limit", "nofile=1:2:3", "true"), 125, "at most"),
    (("--limit", "nofile=-1", "true"), 125, "'-1' is not a size"),
    (("--env", "novalue", "true"), 125, "expected NAME=VALUE"),
    (("--umask", "9", "true"), 125, "'9' is not an octal number"),
    (("--timeout", "soon", "true"), 125, "--timeout 'soon': 'soon' is not a time"),
    (("--signal", "NOPE", "true"), 125, "unknown signal 'NOPE'"),
    (("--ignore-signals", "TERM,,INT", "true"), 125, "unknown signal ''"),
    (("--ignore-signals", "KILL", "true"), 125, "cannot be blocked or ignored"),
    (("--user", "no-such-user", "true"), 125, "no-such-user"),
    (("--user", ":12", "true"), 125, "the user is missing"),
    (("--group", "no-such-group", "true"), 125, "unknown group 'no-such-group'"),
    (("--group", "1,2", "true"), 125, "exactly one group is required"),
    (("--groups", "1,x y", "true"), 125, "unknown group 'x y'"),
    (("--caps", "fly", "true"), 125, "unknown capability 'fly'"),
    (("--securebits", "some", "true"), 125, "unknown bit 'some'"),
    (("--nice", "20", "true"), 125, "20 is not a nice value: -20 to 19"),
    (("--sched", "fifo", "true"), 125, "expected fifo:PRIORITY"),
    (("--sched", "fifo:100", "true"), 125, "100 is not a priority"),
    (("--sched", "batch:1", "true"), 125, "'batch' has no priority"),
    (("--sched", "fair", "true"), 125, "unknown policy 'fair'"),
    (("--sched", "deadline:1ms", "true"), 125, "deadline:RUNTIME"),
    (("--cpus", "3-1", "true"), 125, "is not a list of processors"),
    (("--cpus", "", "true"), 125, "is not a list of processors"),
    (("--cpus", "65535", "true"), 125, "cannot launch 'true'"),
    (("--io-priority", "idle:3", "true"), 125, "no such level"),
    (("--io-priority", "realtime:8", "true"), 125, "8 is not a level"),
    (("--oom-score", "1001", "true"), 125, "1001 is not a score"),
    (("--timer-slack", "0", "true"), 125, "cannot launch 'true'"),
    (("--numa", "bind", "true"), 125, "expected bind:NODES"),
    (("--numa", "local:1", "true"), 125, "'local' has no nodes"),
    (("--unshare", "user,moon", "true"), 125, "unknown namespace 'moon'"),
    (("--map-users", "0:1000", "true"), 125, "expected INSIDE:OUTSIDE:COUNT"),
    (("--map-users", "0:0:0", "true"), 125, "0 is not a count"),
    (("--setgroups", "maybe", "true"), 125, "must be allow or deny"),
    (("--join", "net", "true"), 125, "expected KIND=PATH or KIND=PID"),
    (("--join", "net=/no/such", "true"), 125, "open '/no/such': No such file"),
    (("--seccomp", "/no/such", "true"), 125, "--seccomp '/no/such': open: No such file"),
    (("--seccomp", "/dev/null", "true"), 125, "not a BPF program"),
    (("--landlock-ro", "/no/such", "true"), 125, "cannot launch 'true'"),
    (("--cgroup", "/no/such", "true"), 125, "cannot launch 'true'"),
    (("--new-cgroup", "/no/such", "true"), 125, "cannot launch 'true'"),
    (("--cgroup-set", "memory.max=1", "true"), 125, "--cgroup-set is for"),
    (("--fd", "x", "true"), 125, "'x' is not a descriptor"),
    (("--fd", "777", "true"), 125, "descriptor 777 is not open"),
    (("--engine", "steam", "true"), 125, "unknown engine 'steam'"),
    (("--stats", "xml", "true"), 125, "must be text or json"),
    (("--stats", "json", "--stats-file", "/no/such/file", "true"), 125, "No such file"),
    (("--cwd", "/no/such", "true"), 125, "chdir '/no/such': No such file"),
    (("--stdin", "/no/such", "true"), 125, "open '/no/such': No such file"),
    (("no-such-program",), 127, "cannot launch 'no-such-program'"),
    (("/no/such/program",), 127, "cannot launch '/no/such/program'"),
    (("/etc/passwd",), 126, "Permission denied"),
    (("/",), 126, "cannot launch '/'"),
]


def told_in_one_line(words, status, text):
    done = run(*words)
    assert done.returncode == status, (words, done.returncode, done.stderr)
    assert done.stdout == "", (words, done.stdout)
    assert done.stderr.startswith("forklift: ") and done.stderr.count("\n") == 1, (words, done.stderr)
    assert text in done.stderr, (words, done.stderr)


for words, status, text in cases:
    told_in_one_line(words, status, text)
if is_root:
    told_in_one_line(("--pivot-root", "/", "true"), 125, "cannot launch 'true'")
assert run("--quiet", "no-such-program").stderr == ""

for script, status in (("exit 0", 0), ("exit 3", 3), ("exit 255", 255), ("kill -9 $$", 137),
                       ("kill -TERM $$", 143)):
    assert run("sh", "-c", script).returncode == status, script

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "made")
    done = run("--stdout", path, "--new-session", "--explain", "touch", path)
    assert done.returncode == 0 and "execve(" in done.stdout and "setsid(" in done.stdout, done
    assert os.listdir(folder) == [], "--explain has run something"
    done = run("--explain", "--cpus", "65535", "--timer-slack", "0", "true")
    assert done.returncode == 125 and done.stdout == "", done
    stats = os.path.join(folder, "stats")
    assert run("--explain", "--stats", "json", "--stats-file", stats, "true").returncode == 0
    assert os.listdir(folder) == []
assert "--landlock-ro PATH" in run("--help").stdout
assert run("--cwd", "/", "-h").returncode == 0
print("statuses are those of env(1), and errors are one line")
