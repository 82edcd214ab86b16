#!/usr/bin/env python3
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
"""Runs the lab with peers under strace and checks by which system call each peer
made the process that came to execute the program. What a language's users do
not know is what the lab is there to show; a peer must not do it differently."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

FORKLIFT = sys.argv[1]
SHARED = {"CLONE_VM", "CLONE_VFORK"}
# Which of the two flags the launch has, and who it is that executes the program.
EXPECTED = {
    "peer.py": SHARED,
    "go-": SHARED,
    "rustc-": SHARED,
    "peer.mjs": set(),  # libuv forks
    "Peer": SHARED,     # ... jspawnhelper, which executes the program in its place
}
TOOLS = {"peer.py": ["python3"], "go-": ["go"], "rustc-": ["rustc"], "peer.mjs": ["node"],
         "Peer": ["java", "javac"]}


def calls_of(trace):
    """Every call that succeeded, interrupted ones joined: pid, name, arguments, result."""
    unfinished = {}
    for line in open(trace, errors="replace"):
        found = re.match(r"(\d+) +(.*)", line.rstrip("\n"))
        pid, text = found[1], found[2]
        if text.endswith("<unfinished ...>"):
            unfinished[pid] = text.removesuffix("<unfinished ...>").rstrip()
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", text)
        if resumed:
            text = unfinished.pop(pid, "") + resumed[1]
        call = re.match(r"(\w+)\((.*)\)\s+= (\d+)", text)
        if call:
            yield pid, call[1], call[2], call[3]


def read_trace(trace):
    """Who made whom by which flags, and what everyone executed."""
    made, executed = {}, {}
    for pid, name, arguments, result in calls_of(trace):
        if name == "execve":
            executed.setdefault(pid, []).append(arguments)
        elif name == "vfork":
            made[result] = (pid, SHARED)
        elif name in ("clone", "clone3", "fork"):
            made[result] = (pid, set(re.findall(r"CLONE_\w+", arguments)))
    return made, executed


def peer_of(pid, made, executed):
    """The peer that a process descends from; its threads and shims are its own."""
    while pid:
        for arguments in executed.get(pid, []):
            for peer in EXPECTED:
                named = re.search(rf'[/"]{re.escape(peer)}', arguments)
                if named and "forklift-nothing" in arguments:
                    return peer
        pid = made.get(pid, (None,))[0]
    return None


def run_lab(*before):
    subprocess.run([*before, FORKLIFT, "lab", "--peers", "--contender", "posix_spawn", "--rss", "0",
                    "--launches", "10", "--first", "0"], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)


run_lab()  # builds what is not yet built
with tempfile.NamedTemporaryFile() as trace:
    run_lab("strace", "-f", "-s", "4096", "-e", "trace=clone,clone3,fork,vfork,execve",
            "-o", trace.name)
    made, executed = read_trace(trace.name)

launches = {peer: 0 for peer in EXPECTED}
for pid, programs in executed.items():
    if not programs[-1].split(",")[0].endswith('/forklift-nothing"'):
        continue
    peer = peer_of(made[pid][0], made, executed)
    if peer is None:
        continue  # one of the lab's own
    flags = made[pid][1] & SHARED
    if flags != EXPECTED[peer]:
        sys.exit(f"{peer}: launched with {made[pid][1]}, not {EXPECTED[peer] or 'by fork'}")
    launches[peer] += 1
    through = [program for program in programs if "jspawnhelper" in program]
    if bool(through) != (peer == "Peer"):
        sys.exit(f"{peer}: executed {programs}")
for peer, count in launches.items():
    if all(map(shutil.which, TOOLS[peer])) and count < 10:
        sys.exit(f"{peer}: only {count} launches seen")
print(f"launches seen, each by the call it should be: {launches}")
