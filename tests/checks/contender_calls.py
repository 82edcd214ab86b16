#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Runs one contender of the lab under strace: every child it measures comes from
the system call that the lab says it measures, and it waits for no child but its
own."""

import re
import resource
import subprocess
import sys
import tempfile

PLAIN = {"CLONE_CHILD_CLEARTID", "CLONE_CHILD_SETTID", "SIGCHLD"}  # fork(3)
VFORK = {"CLONE_VM", "CLONE_VFORK", "SIGCHLD"}
FLAGS = {
    "fork": PLAIN,
    "posix_spawn": VFORK,
    "vfork": VFORK,
    "boost-v1": PLAIN,  # Boost 1.81
    "boost-v2": PLAIN,
    "boost-v2-vfork": VFORK,
    "libuv": PLAIN,  # libuv 1.44
    "glib": PLAIN,  # GLib 2.74
    "qt": {"CLONE_PIDFD", "SIGCHLD"},  # Qt 5.15: a fork that also opens a pidfd
    "poco": PLAIN,  # Poco 1.11
}


def calls(path):
    """The finished calls: process, text of the call, result."""
    unfinished = {}
    for line in open(path, errors="replace"):
        found = re.match(r"(\d+) +(.*)", line)
        if not found:
            continue
        pid, rest = found[1], found[2]
        if rest.endswith("<unfinished ...>"):
            unfinished[pid] = rest[: -len("<unfinished ...>")].rstrip()
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
        if resumed and pid in unfinished:
            rest = unfinished.pop(pid) + resumed[1]
        call = re.match(r"(\w+\(.*\))\s+= (\S+)", rest)
        if call:
            yield pid, call[1], call[2]


def flags_of(call):
    if call.startswith("vfork("):
        return VFORK
    flags = set(re.findall(r"CLONE_\w+", call))
    return flags | ({"SIGCHLD"} if "SIGCHLD" in call else set())


def limit_descriptors():
    """Poco's child closes every number up to the limit, each a stop under strace."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


def main(forklift, contender):
    created, executed, greedy = {}, [], []
    with tempfile.NamedTemporaryFile() as trace:
        subprocess.run(["strace", "-f", "-o", trace.name,
                        "-e", "trace=clone,clone3,fork,vfork,execve,wait4,waitid",
                        forklift, "lab", "--contender", contender, "--rss", "0",
                        "--descriptors", "10", "--launches", "20", "--first", "1"],
                       check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                       preexec_fn=limit_descriptors)
        for pid, call, result in calls(trace.name):
            if re.match(r"(clone3?|v?fork)\(", call) and "CLONE_THREAD" not in call:
                created[result] = flags_of(call)
            elif call.startswith("execve(") and "forklift-nothing" in call and result == "0":
                executed.append(pid)
            elif re.match(r"wait4\((-1|0),|waitid\(P_(ALL|PGID),", call):
                greedy.append(call)
    others = [created[pid] for pid in executed if created[pid] != FLAGS[contender]]
    # The lab itself launches the program once, by Forklift, to see that it runs.
    if len(others) > 1 or len(executed) < 20:
        sys.exit(f"{contender}: {len(executed)} children, not from {FLAGS[contender]}: "
                 f"{others[:5]}")
    if greedy:
        sys.exit(f"{contender}: waits for children that may be others': {greedy[0]}")
    print(f"{contender}: {len(executed)} children from {sorted(FLAGS[contender])}")


main(*sys.argv[1:])
